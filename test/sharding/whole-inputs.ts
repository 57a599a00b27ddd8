import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { npyBytes } from '../formats/npy-bytes.js';
import { testRow } from '../helpers/csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { pngOf } from '../helpers/png-files.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { zipArchive } from '../inputs/zip-archive.js';

/** Files of one run, by their names: those that are given, and those that lie beside them. */
export interface WholeInput {
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly paths: readonly string[];
}

/** Which real digits a file has. */
const some = fc.record({ first: fc.nat(9000), count: fc.integer({ min: 1, max: 40 }) });

/** Ids of any letters, line ends and quotes among them. */
const id = fc.oneof(
  fc.nat(99999).map(String),
  fc.constantFrom('a,b', 'one\ntwo', 'say "so"', '\r\n', 'é中', '=1+1', "o'clock"),
);
/** Rows that are none. */
const badRow = fc.constantFrom('1,2,3', 'x', `7,${'300,'.repeat(783)}0`, `${'0,'.repeat(900)}0`);

const csvFile = fc.record({
  ...{
    digits: some,
    lineEnd: fc.constantFrom('\n', '\r\n'),
    hasHeader: fc.boolean(),
    endsOpen: fc.boolean(),
  },
  label: fc.constantFrom('first', 'last', 'none'),
  ids: fc.option(fc.array(id, { minLength: 1, maxLength: 5 })),
  /** After which rows something else stands. */
  blanks: fc.array(fc.nat(40), { maxLength: 3 }),
  bad: fc.array(fc.tuple(fc.integer({ min: 4, max: 40 }), badRow), { maxLength: 3 }),
  quotesEach: fc.constantFrom(0, 3),
  isPacked: fc.constantFrom(false, false, false, true),
});
type CsvFile = typeof csvFile extends fc.Arbitrary<infer T> ? T : never;

function csvOf({
  digits,
  lineEnd,
  hasHeader,
  endsOpen,
  label,
  ids,
  blanks,
  bad,
  quotesEach,
}: CsvFile): string {
  const fieldsOf = (labelField: string, pixels: readonly string[], idField: string) => [
    ...(ids === null ? [] : [idField]),
    ...(label === 'first' ? [labelField] : []),
    ...pixels,
    ...(label === 'last' ? [labelField] : []),
  ];
  const lines: string[] = [];
  const names = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
  if (hasHeader) lines.push(fieldsOf('label', names, 'id').join(','));
  for (let row = 0; row < digits.count; row++) {
    const [digit, ...pixels] = testRow(digits.first + row).split(',');
    const own = quotesEach > 0 && row % quotesEach === 2 ? pixels.map((pixel) => `"${pixel}"`) : pixels;
    const name = ids?.[row % ids.length] ?? '';
    // An id by itself, so that a column of ids is told from one of labels.
    const idField = `"${row}-${name.replaceAll('"', '""')}"`;
    lines.push(fieldsOf(digit, own, idField).join(','));
    for (const at of blanks) if (at === row) lines.push('');
    for (const [at, text] of bad) if (at === row) lines.push(text);
  }
  return lines.join(lineEnd) + (endsOpen ? '' : lineEnd);
}

/** One to three files of text, some of them packed. */
export const csvInput: fc.Arbitrary<WholeInput> = fc
  .record({
    // A run has one layout: what its first file shows holds for none of the others, but mixed ids make one column of all.
    all: fc.array(csvFile, { minLength: 1, maxLength: 3 }),
    hasBad: fc.boolean(),
  })
  .map(({ all, hasBad }) => {
    const files = Object.fromEntries(
      all.map((own, i) => {
        const text = Buffer.from(csvOf(hasBad ? own : { ...own, bad: [] }));
        return own.isPacked ? [`${i} é.csv.gz`, gzipSync(text)] : [`${i} é.csv`, text];
      }),
    );
    return { files, paths: Object.keys(files) };
  });

type Digits = typeof some extends fc.Arbitrary<infer T> ? T : never;
const allPixels = testPixels();
const pixelsOf = ({ first, count }: Digits) => allPixels.slice(first * 784, (first + count) * 784);
/** Some of them wrong, so that there are mistakes to tell. */
const labelsOf = ({ first, count }: Digits) =>
  testLabels()
    .subarray(first, first + count)
    .map((label, i) => (i % 7 === 3 ? (label + i) % 10 : label));

const binaryFile = fc.record({ digits: some, kind: fc.constantFrom('idx', 'idx', 'npy', 'idx.gz') });
type BinaryFile = typeof binaryFile extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ digits, kind }: BinaryFile): Uint8Array {
  const [pixels, shape] = [pixelsOf(digits), [digits.count, 28, 28]];
  if (kind === 'npy') return npyBytes({ shape, data: pixels });
  const bytes = idxBytes(0x08, shape, pixels);
  return kind === 'idx' ? bytes : gzipSync(bytes);
}

/** One to three files of pixels. */
export const binaryInput: fc.Arbitrary<WholeInput> = fc
  .array(binaryFile, { minLength: 1, maxLength: 3 })
  .map((all) => {
    const files = Object.fromEntries(all.map((own, i) => [`${i}.${own.kind}`, bytesOf(own)]));
    return { files, paths: Object.keys(files) };
  });

/** Digits as pictures in folders of their labels, or side by side; some of them no pictures at all. */
export const pictureInput: fc.Arbitrary<WholeInput> = fc
  .record({ digits: some, isFolder: fc.boolean(), bad: fc.option(fc.nat(40)) })
  .map(({ digits: { first, count }, isFolder, bad }) => {
    const [pixels, labels] = [pixelsOf({ first, count }), labelsOf({ first, count })];
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < count; i++) {
      const bytes = pngOf(pixels.subarray(i * 784, (i + 1) * 784));
      files[`photos/${labels[i]}/${i}.png`] = i === bad ? bytes.subarray(0, 60) : bytes;
    }
    return { files, paths: isFolder ? ['photos'] : Object.keys(files) };
  });

/** One file with labels, in it or beside it. */
export const labelledInput: fc.Arbitrary<WholeInput> = fc.oneof(
  csvFile
    .map((own): CsvFile => ({ ...own, label: own.label === 'none' ? 'first' : own.label, bad: [] }))
    .map((own) => ({ files: { 'in.csv': Buffer.from(csvOf(own)) }, paths: ['in.csv'] })),
  fc.tuple(some, fc.boolean()).map(([digits, isPacked]) => {
    const pack = (bytes: Uint8Array) => (isPacked ? gzipSync(bytes) : bytes);
    const end = isPacked ? '.gz' : '';
    const images = `t10k-images-idx3-ubyte${end}`;
    const files = {
      [images]: pack(idxBytes(0x08, [digits.count, 28, 28], pixelsOf(digits))),
      [`t10k-labels-idx1-ubyte${end}`]: pack(idxBytes(0x08, [digits.count], labelsOf(digits))),
    };
    return { files, paths: [images] };
  }),
  some.map((digits) => {
    const x = npyBytes({ shape: [digits.count, 28, 28], data: pixelsOf(digits) });
    const y = npyBytes({ shape: [digits.count], data: labelsOf(digits) });
    const members = [
      { name: 'x_test.npy', content: x },
      { name: 'y_test.npy', content: y },
    ];
    return { files: { 'mnist.npz': zipArchive(members) }, paths: ['mnist.npz'] };
  }),
  pictureInput.filter(({ paths }) => paths[0] === 'photos'),
);
