import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { DigitflowError } from '../../src/errors.js';
import { parseRow } from '../../src/formats/csv/parse-row.js';
import { cursorAt } from '../../src/inputs/input.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { openImages, permitsOf } from '../inputs/drain.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFile } from '../inputs/temp-folder.js';

const { network } = openModel('sigmoid');
const [pixels, labels] = [testPixels(), testLabels()];
/** So many images are written, of each digit more than a file has. */
const POOL = 1500;
const pixelsOf = (image: number) => pixels.subarray(image * 784, (image + 1) * 784);
const levels = Array.from({ length: 256 }, (_, level) => (level / 255).toFixed(3));
/** Writes the pixels of an image once for each scale and delimiter. */
const written = new Map<string, string>();
function write(image: number, white: number, delimiter: string): string {
  const key = `${image} ${white} ${delimiter}`;
  const known = written.get(key);
  if (known !== undefined) return known;
  const fields = white === 255 ? pixelsOf(image) : Array.from(pixelsOf(image), (level) => levels[level]);
  const text = fields.join(delimiter);
  written.set(key, text);
  return text;
}

/** How a file of digits may be written. */
const dialects = fc.record({
  sorting: fc.constantFrom('random', 'by class', 'one class'),
  digit: fc.nat(9),
  first: fc.nat(POOL - 1),
  count: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.constant(110) },
  ),
  /** Where label and id stand, and P, the pixels. */
  columns: fc.constantFrom('LP', 'PL', 'ILP', 'LIP', 'IPL', 'LPI', 'PLI', 'PIL', 'LP', 'PL'),
  id: fc.constantFrom('from 0', 'from 1', 'from 1000', 'text', 'shuffled'),
  header: fc.constantFrom('none', 'none', 'none', 'names', 'numbers', 'mangled'),
  white: fc.constantFrom(255, 255, 1),
  delimiter: fc.constantFrom(',', ',', ';', '\t', ' '),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  /** What stands around a label. */
  quote: fc.constantFrom('', '', '', '', "'"),
});
type Dialect = typeof dialects extends fc.Arbitrary<infer T> ? T : never;

/** The images of a file, in its order. */
function imagesOf({ sorting, digit, first, count }: Dialect): number[] {
  const all = Array.from({ length: POOL }, (_, i) => (first + i) % POOL);
  if (sorting === 'one class') return all.filter((image) => labels[image] === digit).slice(0, count);
  const images = all.slice(0, count);
  return sorting === 'by class' ? images.sort((a, b) => labels[a] - labels[b]) : images;
}

function idOf({ id }: Dialect, at: number): string {
  if (id === 'text') return `img_${at}.png`;
  // All different: 7919 is a prime.
  if (id === 'shuffled') return `${(at * 7919 + 13) % 10007}`;
  return `${at + Number(id.slice(5))}`;
}

function textOf(dialect: Dialect, images: readonly number[]): string {
  const { columns, white, delimiter, lineEnd, header, quote } = dialect;
  const rows = images.map((image, at) => {
    const label = `${quote}${labels[image]}${quote}`;
    const field = { L: label, I: idOf(dialect, at), P: write(image, white, delimiter) };
    return Array.from(columns, (kind) => field[kind as 'L']).join(delimiter);
  });
  if (header === 'names') rows.unshift(namesOf(dialect));
  if (header === 'numbers')
    rows.unshift(Array.from(rows[0].split(delimiter), (_, i) => `${i}`).join(delimiter));
  if (header === 'mangled') rows.unshift(mangled(rows[0].split(delimiter)).join(delimiter));
  return rows.map((row) => row + lineEnd).join('');
}

function namesOf({ columns, delimiter }: Dialect): string {
  const pixel = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
  const names = { L: ['label'], I: ['id'], P: pixel };
  return Array.from(columns, (kind) => names[kind as 'L'])
    .flat()
    .join(delimiter);
}

/** What pandas makes of a row that it takes for names. */
function mangled(fields: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return fields.map((field) => {
    const count = counts.get(field) ?? 0;
    counts.set(field, count + 1);
    return count === 0 ? field : `${field}.${count}`;
  });
}

/** Cuts a text into pieces of a size. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const arrivals = fc.oneof(fc.constant(null), fc.integer({ min: 500, max: 20_000 }));
const arrived = (text: string, size: number | null) =>
  size === null ? Buffer.from(text) : pieces(Buffer.from(text), size);

describe('images in text, without flags, are read rightly or refused, never wrongly:', () => {
  test.each(['required', 'ignored'] as const)(
    'the columns and pixels, where labels are %s',
    async (labelled) => {
      const found = { right: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(dialects, arrivals, async (dialect, size) => {
          const images = imagesOf(dialect);
          const text = textOf(dialect, images);
          const opened = await openImages({ images: arrived(text, size) }, { network, labelled }).catch(
            refusal,
          );
          if (opened === null) {
            found.refused++;
            return;
          }
          const { input, inputs } = opened;
          const { reading } = input.read(cursorAt(0), permitsOf(0));
          const rows = text.split(dialect.lineEnd).slice(dialect.header === 'none' ? 0 : 1, -1);
          for (const at of [0, images.length - 1]) {
            const row = parseRow(Buffer.from(rows[at]), reading.dialect ?? expect.fail('it has one'), 10);
            if (typeof row === 'string') throw new Error(row);
            expect(Buffer.from(row.pixels).equals(pixelsOf(images[at]))).toBe(true);
            expect(row.label).toBe(labelled === 'ignored' ? null : labels[images[at]]);
          }
          await inputs.close();
          found.right++;
        }),
        { numRuns: 1000 },
      );
      expect(found.right).toBeGreaterThan(700);
    },
  );

  test('what evaluate says, as a file and as a stream', async () => {
    const found = { right: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(dialects, fc.integer({ min: 500, max: 50_000 }), async (dialect, size) => {
        const images = imagesOf(dialect);
        const text = textOf(dialect, images);
        const truth = await evaluate({
          images: idxBytes(0x08, [images.length, 28, 28], Buffer.concat(images.map(pixelsOf))),
          labels: labelsIdx(images.map((image) => labels[image])),
          workers: 0,
        });
        for (const input of [await tempFile(Buffer.from(text)), pieces(Buffer.from(text), size)]) {
          const result = await evaluate({ images: input, workers: 0 }).catch(refusal);
          if (result === null) found.refused++;
          else {
            expect(result.evaluation.confusion).toEqual(truth.evaluation.confusion);
            found.right++;
          }
        }
      }),
      { numRuns: 30 },
    );
    expect(found.right).toBeGreaterThan(30);
  });
});

/** Null for a refusal of the reading; anything else is a fault. */
function refusal(error: unknown): null {
  if (error instanceof DigitflowError && ['READING_UNCLEAR', 'CSV_COLUMNS'].includes(error.code)) return null;
  throw error;
}
