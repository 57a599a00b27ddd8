import { describe, expect, test } from 'vitest';
import { detect, rectangleRegion, regionWeights } from '../../src/insight/detector.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { testImages } from '../helpers/image-set.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const size = { height: 28, width: 28 };
const RECT = ['look', 'detector', '--rect', '8,7,12,3'];

describe('digitflow look detector', () => {
  test('prints the report of the whole test set as JSON', async () => {
    const { stdout, stderr } = await runShared([...RECT, '--bias', '-10', '--format', 'json']);
    const weights = regionWeights(rectangleRegion({ x: 8, y: 7, width: 12, height: 3 }, size), size);
    const expected = detect(
      { ...size, weights, bias: -10 },
      testImages({ normalization: UNIT_BRIGHTNESS }),
      10,
    );
    const view = JSON.parse(stdout);
    expect(view).toMatchObject({ schema: 'digitflow.look-detector/1', data: { images: 10_000 } });
    expect(view.detector).toEqual({ ...expected, weights: Array.from(weights) });
    expect(stderr).toBe('');
  });

  test('a drawing says the same as a rectangle', async () => {
    const cwd = await tempFolder({
      'mask.txt': Buffer.from(
        `${'.'.repeat(28)}\n`.repeat(7) +
          `${' '.repeat(8)}${'#'.repeat(12)}${'.'.repeat(8)}\n`.repeat(3) +
          `${'.'.repeat(28)}\n`.repeat(18),
      ),
    });
    const drawn = await runShared(['look', 'detector', '--mask', 'mask.txt', '--limit', '200'], { cwd });
    const given = await runShared([...RECT, '--limit', '200']);
    expect(drawn.stdout).toBe(given.stdout);
    expect(drawn.stdout).toContain('Brightest matches');
  });

  test('sees the same whatever a network makes of pixels', async () => {
    const [sigmoid, relu] = await Promise.all(
      ['sigmoid', 'relu'].map(async (model) =>
        JSON.parse((await runShared([...RECT, '-m', model, '-f', 'json'])).stdout),
      ),
    );
    expect(relu.detector).toEqual(sigmoid.detector);
  });

  test.each([
    [[], 'USAGE', 2, 'expected a region, found none'],
    [['--rect', '1,1,2,2', '--mask', 'm'], 'USAGE', 2, 'found two'],
    [['--rect', '20,20,9,9'], 'USAGE', 2, 'within 28 x 28 pixels'],
    [['--rect', '1,2'], 'USAGE', 2, 'such as 8,7,12,3'],
    [['--rect', '1,1,2,2', '--bias', 'low'], 'USAGE', 2, 'Expected a number'],
    [['--mask', 'nothing'], 'INPUT_MISSING', 66, 'nothing: no such file'],
    [['--mask', 'bad'], 'IMAGE_FORMAT', 65, 'bad: line 1, column 1'],
  ])('%j is one line', async (args, code, exitCode, words) => {
    const cwd = await tempFolder({ bad: Buffer.from('?') });
    const plain = await runShared(['look', 'detector', ...args], { cwd });
    expect(plain).toMatchObject({ stdout: '', exitCode });
    expect(plain.stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(plain.stderr).toContain(words);
    const json = await runShared(['look', 'detector', ...args, '--format', 'json'], { cwd });
    expect(JSON.parse(json.stderr)).toMatchObject({ code, exitCode });
  });
});
