import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { npyHeader } from '../../src/formats/numpy/npy-start.js';
import { VerdictWriter, writeVerdicts } from '../../src/outputs/judging/verdict-file.js';
import { readVerdicts, VerdictReader } from '../../src/outputs/judging/verdict-reader.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { failureOf } from '../inputs/failure-of.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const batch = (first: number, labels: readonly number[], predictions: readonly number[]) => ({
  ...{ first, count: labels.length },
  ...{ labels: Uint8Array.from(labels), predictions: Uint8Array.from(predictions) },
});

describe('verdicts', () => {
  test('are a NumPy array of a label and a prediction for each image, and their digest is that of the file', async () => {
    const path = join(await tempFolder(), 'v.npy');
    const kept = writeVerdicts(path, batch(0, [7, 2, 255], [7, 3, 0]));
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 128)).toEqual(Buffer.from(npyHeader('|u1', [3, 2])));
    expect([...bytes.subarray(128)]).toEqual([7, 7, 2, 3, 255, 0]);
    expect(kept).toEqual({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(new VerdictReader(path).sha256).toBe(kept.sha256);
  });

  test('come back as they were, in batches of any size', async () => {
    const path = join(await tempFolder(), 'v.npy');
    const bytes = fc.array(fc.nat(255), { maxLength: 300 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (batches) => {
        const writer = new VerdictWriter(path);
        for (const labels of batches)
          writer.add(
            batch(
              0,
              labels,
              labels.map((label) => 255 - label),
            ),
          );
        writer.end();
        const labels = Uint8Array.from(batches.flat());
        expect(readVerdicts(path)).toEqual({ labels, predictions: labels.map((label) => 255 - label) });
      }),
      { numRuns: 20 },
    );
  });

  test('are those of the run that took an output over, whatever the one that stood still still does', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'v.npy');
    const many = Array.from({ length: 50_000 }, () => 1);
    const late = new VerdictWriter(path);
    late.add(batch(0, many, many));
    // As the next run does after half a minute without a sign of life.
    for (const ticket of readdirSync(`${path}.lock`)) rmSync(join(`${path}.lock`, ticket));
    const next = new VerdictWriter(path);
    next.add(batch(0, [3], [5]));
    late.add(batch(50_000, many, many));
    expect(() => late.end()).toThrow(expect.objectContaining({ code: 'OUTPUT_BUSY' }));
    late.discard();
    next.add(batch(1, [4], [4]));
    next.end();
    expect(readVerdicts(path)).toEqual({ labels: Uint8Array.of(3, 4), predictions: Uint8Array.of(5, 4) });
    expect(readdirSync(folder)).toEqual(['v.npy']);
  });

  test.runIf(existsSync('/proc/self/fd'))(
    'that cannot even begin leave nothing open, nothing claimed, and no file',
    async () => {
      const source = fileURLToPath(new URL('../../src/outputs/judging/verdict-file.ts', import.meta.url));
      const contents = `
        import { readdirSync, readlinkSync } from 'node:fs';
        import { VerdictWriter } from ${JSON.stringify(source)};
        const [folder] = process.argv.slice(2);
        const codes = [1, 2].map(() => {
          try {
            return new VerdictWriter(folder + '/v.npy');
          } catch ({ code }) {
            return code;
          }
        });
        const files = readdirSync('/proc/self/fd').flatMap((fd) => {
          try {
            return readlinkSync('/proc/self/fd/' + fd);
          } catch {
            return [];
          }
        });
        const open = files.filter((file) => file.startsWith(folder));
        console.log(JSON.stringify({ codes, open, left: readdirSync(folder) }));
      `;
      const stdin = { contents, resolveDir: import.meta.dirname };
      const options = { bundle: true, platform: 'node', format: 'esm', write: false } as const;
      const { outputFiles } = await build({ stdin, ...options });
      const program = await tempFile(outputFiles[0].contents, 'program.mjs');
      // No file may have a byte, as on a full disk.
      const limited = 'trap "" XFSZ; ulimit -f 0; exec "$0" "$@"';
      const args = ['-c', limited, process.execPath, program, await tempFolder()];
      const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      expect(JSON.parse(await text(child.stdout))).toEqual({
        codes: ['OUTPUT_WRITE', 'OUTPUT_WRITE'],
        open: [],
        left: [],
      });
    },
  );

  test('may be more than are held in memory, and are read on from where one is', async () => {
    const path = join(await tempFolder(), 'v.npy');
    const labels = Array.from({ length: 100_001 }, (_, i) => i % 251);
    writeVerdicts(path, batch(0, labels, labels));
    const reader = new VerdictReader(path);
    expect(reader.images).toBe(100_001);
    expect(reader.next(100_000)).toHaveLength(200_000);
    expect([...reader.next(5)]).toEqual([100_000 % 251, 100_000 % 251]);
    reader.close();
    expect(Array.from(readVerdicts(path).labels)).toEqual(labels);
  });

  test('have a beginning that is as long for any number of them', () => {
    for (const images of [0, 1, 10_000, Number.MAX_SAFE_INTEGER])
      expect(npyHeader('|u1', [images, 2])).toHaveLength(128);
  });

  test('leave what was there until they are whole, and nothing where they are not', async () => {
    const folder = await tempFolder({ 'v.npy': Buffer.from('before') });
    const path = join(folder, 'v.npy');
    const writer = new VerdictWriter(path);
    writer.add(batch(0, [1], [2]));
    expect(readFileSync(path, 'utf8')).toBe('before');
    writer.discard();
    expect(readdirSync(folder)).toEqual(['v.npy']);
    expect(readFileSync(path, 'utf8')).toBe('before');
    writeVerdicts(path, batch(0, [1], [2]));
    expect(readdirSync(folder)).toEqual(['v.npy']);
    expect(readVerdicts(path).labels).toHaveLength(1);
  });

  test('are refused where they cannot be kept', async () => {
    const folder = await tempFolder();
    const keep = (path: string) => failureOf(() => new VerdictWriter(path));
    expect(await keep(folder)).toMatchObject({ code: 'OUTPUT_WRITE' });
    expect(await keep(join(folder, 'none', 'v.npy'))).toMatchObject({ code: 'OUTPUT_WRITE' });
    expect(await keep('/dev/null')).toMatchObject({
      code: 'USAGE',
      message:
        '/dev/null: expected a file for verdicts, since its beginning is written last, found a pipe or a device; give another path',
    });
    const path = join(folder, 'v.npy');
    const writer = new VerdictWriter(path);
    expect(await keep(path)).toMatchObject({ code: 'OUTPUT_BUSY' });
    expect(await failureOf(() => writer.add({ ...batch(0, [1], [2]), labels: null }))).toMatchObject({
      code: 'LABELS_MISSING',
    });
    writer.discard();
    const uneven = () => writeVerdicts(path, batch(0, [1], [2, 3]));
    expect(await failureOf(uneven)).toMatchObject({
      code: 'USAGE',
      message: `${path}: expected a label for each of 2 predictions, found 1; give as many`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[string, Uint8Array, string, RegExp]>([
    ['no NumPy file', Buffer.from('label,prediction\n'), 'NPY_HEADER', /expected a NumPy file/],
    ['nothing', Buffer.alloc(0), 'NPY_HEADER', /found no bytes at all/],
    [
      'images',
      npyBytes({ shape: [1, 2, 2], data: [1, 2, 3, 4] }),
      'VERDICTS_FILE',
      /expected verdicts, an array \(images, 2\) of u8, found \(1, 2, 2\) of u8; give a file that/,
    ],
    [
      'other numbers',
      npyBytes({ descr: '<i2', shape: [1, 2], data: [1, 0, 2, 0] }),
      'VERDICTS_FILE',
      /of i16;/,
    ],
    [
      'another order',
      npyBytes({ isFortran: true, shape: [2, 2], data: [1, 2, 3, 4] }),
      'VERDICTS_FILE',
      /in Fortran order;/,
    ],
    [
      'fewer than it says',
      npyBytes({ shape: [3, 2], data: [1, 2, 3, 4, 5] }),
      'VERDICTS_FILE',
      /expected 134 bytes, as its header says, found 133;/,
    ],
    [
      'more than it says',
      npyBytes({ shape: [1, 2], data: [1, 2, 3] }),
      'VERDICTS_FILE',
      /expected 130 bytes, as its header says, found 131;/,
    ],
  ])('are refused where a file holds %s', async (_, bytes, code, message) => {
    const path = await tempFile(bytes);
    const failure = await failureOf(() => readVerdicts(path));
    expect(failure).toMatchObject({ code, exitCode: 65, message: expect.stringMatching(message) });
    expect(failure.message).toMatch(/^[^\n]+$/);
  });

  test('are refused where there is no file, or one that shrinks meanwhile', async () => {
    const path = join(await tempFolder(), 'v.npy');
    expect(await failureOf(() => readVerdicts(path))).toMatchObject({ code: 'INPUT_MISSING' });
    writeVerdicts(path, batch(0, [1, 2], [1, 2]));
    const reader = new VerdictReader(path);
    writeFileSync(path, '');
    expect(reader.next(2)).toHaveLength(0);
    reader.close();
  });
});
