import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** The same 50 digits as CSV and as IDX. */
async function digits(): Promise<string> {
  return tempFolder({
    'my.csv': Buffer.from(digitsCsv({ count: 50, header: true })),
    'turned.csv': Buffer.from(digitsCsv({ count: 50 }).replace(/^.*$/gm, onItsSide)),
    'bare.csv': Buffer.from(digitsCsv({ count: 50, labelled: false })),
    'my-images': idxBytes(0x08, [50, 28, 28], testPixels().subarray(0, 50 * 784)),
    'my-labels': idxBytes(0x08, [50], testLabels().subarray(0, 50)),
  });
}

/** A row with its pixels column by column, as EMNIST has them. */
function onItsSide(row: string): string {
  const [label, ...pixels] = row.split(',');
  if (pixels.length === 0) return row;
  return [label, ...pixels.map((_, i) => pixels[(i % 28) * 28 + Math.floor(i / 28)])].join(',');
}

describe('look at rows of a CSV', () => {
  test.each([
    ['digit', '17'],
    ['neuron', '1:4'],
    ['network'],
    ['what-if', '--silence', '1:3'],
    ['detector', '--rect', '8,7,12,3'],
  ])('look %s %s sees what it sees of IDX', async (...args) => {
    const cwd = await digits();
    const view = async (images: string) => {
      const { stdout, stderr } = await runShared(['look', ...args, '--images', images, '--format', 'json'], {
        cwd,
      });
      const { name, data, ...rest } = JSON.parse(stdout);
      return { rest, data, name, stderr };
    };
    const [csv, idx] = [await view('my.csv'), await view('my-images')];
    expect(csv.rest).toEqual(idx.rest);
    if (args[0] === 'digit') expect(csv.name).toBe('my.csv #17');
    else expect(csv.data).toEqual({ ...idx.data, name: 'my.csv' });
    expect(csv.stderr).toMatch(/^digitflow: my.csv: header yes, .*label column first.*\n$/);
  });

  test.each([
    ['digit', '1'],
    ['neuron', '1:4'],
    ['network'],
    ['what-if', '--silence', '1:3'],
    ['detector', '--rect', '8,7,12,3'],
  ])(
    'look %s %s leaves labels of other classes out, and says so, unless they are asked for',
    async (...args) => {
      const [header, ...rows] = digitsCsv({ count: 30, header: true }).trimEnd().split('\n');
      const letters = rows.map((row, i) => row.replace(/^\d/, `${i === 0 ? 3 : 10 + (i % 16)}`));
      const cwd = await tempFolder({
        'letters.csv': Buffer.from([header, ...letters, ''].join('\n')),
        'my-images': idxBytes(0x08, [30, 28, 28], testPixels().subarray(0, 30 * 784)),
        'my-labels': idxBytes(
          0x08,
          [30],
          Uint8Array.from(letters, (row) => Number.parseInt(row, 10)),
        ),
      });
      const run = (...more: string[]) =>
        runShared(['look', ...args, '-f', 'json', '--images', ...more], { cwd });
      for (const [images, asked] of [
        ['letters.csv', ['--label', 'first']],
        ['my-images', ['--labels', 'my-labels']],
      ] as const) {
        const { exitCode, stdout, stderr } = await run(images);
        expect(exitCode).toBe(0);
        expect(JSON.parse(stdout)).toBeTypeOf('object');
        expect(stderr).toMatch(/expected a label from 0 to 9.*; looking without labels\n$/);
        expect(stdout).not.toMatch(/"(truth|correct|accuracy)": \d/);
        expect(await run(images, ...asked)).toMatchObject({ exitCode: 65, stdout: '' });
      }
    },
  );

  test.each([
    ['detector', '--rect', '8,7,12,3'],
    ['neuron', '1:4'],
  ])('look %s sees images that lie on their side as they stand', async (...args) => {
    const cwd = await digits();
    const [turned, upright] = await Promise.all(
      [['turned.csv', '--transpose', 'yes'], ['my.csv']].map(async (images) => {
        const { stdout } = await runShared(['look', ...args, '-f', 'json', '-q', '--images', ...images], {
          cwd,
        });
        const { data, ...rest } = JSON.parse(stdout);
        return rest;
      }),
    );
    expect(turned).toEqual(upright);
  });

  test('without labels, and quietly', async () => {
    const cwd = await digits();
    const args = ['look', 'digit', '3', '--images', 'bare.csv', '--label', 'none', '--quiet'];
    const { stdout, stderr } = await runShared(args, { cwd });
    expect(stdout).toContain('truth not known');
    expect(stderr).toBe('');
  });

  test.each([
    ['CSV', () => Buffer.from(digitsCsv({ count: 20 })), testLabels()[17]],
    ['CSV, gzipped', () => gzipSync(digitsCsv({ count: 20 })), testLabels()[17]],
    ['IDX', () => idxBytes(0x08, [20, 28, 28], testPixels().subarray(0, 20 * 784)), null],
    ['IDX, gzipped', () => gzipSync(idxBytes(0x08, [20, 28, 28], testPixels().subarray(0, 20 * 784))), null],
  ])('%s from stdin', async (_, bytes, truth) => {
    const args = ['look', 'digit', '17', '--images', '-', '-q', '-f', 'json'];
    const view = JSON.parse((await runShared(args, { input: bytes() })).stdout);
    expect(view).toMatchObject({ name: 'stdin #17', truth });
    expect(view.brightness).toEqual(
      Array.from(testPixels().subarray(17 * 784, 18 * 784), (pixel) => pixel * (1 / 255)),
    );
    const network = await runShared(['look', 'network', '--images', '-', '-q', '-f', 'json'], {
      input: bytes(),
    });
    expect(JSON.parse(network.stdout).data).toEqual({ name: 'stdin', images: 20, height: 28, width: 28 });
  });

  test('a row that is not there is one line', async () => {
    const cwd = await digits();
    const result = await runShared(['look', 'digit', '50', '--images', 'my.csv', '-q'], { cwd });
    expect(result).toMatchObject({ stdout: '', exitCode: 2 });
    expect(result.stderr).toBe(
      'digitflow: my.csv: expected a record from 0 to 49, found 50; give one that is there\n',
    );
  });
});
