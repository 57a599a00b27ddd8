import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layoutMemory } from '../../src/engine/layout.js';
import { chooseTextSize, slotCountFor, usableCores } from '../../src/engine/sizes.js';
import { randomNetwork } from '../helpers/random-network.js';

const WORKERS = [0, 1, 2, 8, 16, 48, 64, 128, 256, 512];

/** The whole memory for text with ids. */
function memoryFor(side: number, workers: number, batchSize: number | undefined, withOutputs: boolean) {
  const network = randomNetwork({
    ...{ seed: 1, height: side, width: side, outputs: [16, 10] },
    ...({ hidden: 'sigmoid', last: 'sigmoid' } as const),
  });
  const outputCount = withOutputs ? network.classes.length : 0;
  const size = chooseTextSize({ recordBytes: side * side, workers, batchSize, outputCount });
  const { textBytes, stretchBytes } = size;
  const text = { textBytes, stretchBytes, withIds: true };
  return { size, layout: layoutMemory(network, { slotCount: slotCountFor(workers), text, withOutputs }) };
}

describe.each([1, 2, 28])('for images of %i pixels a side, ids and all outputs', (side) => {
  test.each([undefined, 1, 10_000, 10_000_000])('slots of %s rows fit into 4 GiB', (batchSize) => {
    for (const workers of WORKERS.filter((count) => side > 1 || count <= 128)) {
      expect(memoryFor(side, workers, batchSize, true).layout.bytes).toBeLessThanOrEqual(2 ** 32);
    }
  });

  test('a few threads get the whole stretch of 16 MiB', () => {
    expect(memoryFor(side, 2, undefined, false).size.fileStretchBytes).toBe(2 ** 24);
  });
});

test('as many threads as there may be fit with images of a single pixel, too, where outputs are not kept', () => {
  expect(memoryFor(1, 512, undefined, false).layout.bytes).toBeLessThanOrEqual(2 ** 32);
});

describe.runIf(process.platform === 'linux')('the quota of a control group', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'digitflow-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(name: string, text: string): void {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }

  const V2 = '0::/a/b\n';
  const V1 = '5:cpuset:/\n4:cpu,cpuacct:/a/b\n0::/\n';

  test.each([
    ['none, version 2', V2, { 'a/b/cpu.max': 'max 100000\n' }, Number.POSITIVE_INFINITY],
    ['of a whole core, version 2', V2, { 'a/b/cpu.max': '100000 100000\n' }, 1],
    ['of a part of one', V2, { 'a/b/cpu.max': '5000 100000\n' }, 1],
    ['of one and a half', V2, { 'a/b/cpu.max': '150000 100000\n' }, 2],
    ['of the group around it', V2, { 'a/b/cpu.max': 'max 100000\n', 'a/cpu.max': '50000 100000\n' }, 1],
    ['of a container, which sees its own as the root', V2, { 'cpu.max': '100000 100000\n' }, 1],
    ['of a group that lies outside', '0::/../../x\n', { 'cpu.max': '100000 100000\n' }, 1],
    ['none, version 1', V1, quotaOfVersion1(-1), Number.POSITIVE_INFINITY],
    ['of a part of a core, version 1', V1, quotaOfVersion1(50_000), 1],
    ['unknown', '', { 'cpu.max': '1000 100000\n' }, Number.POSITIVE_INFINITY],
    ['that is not understood', V2, { 'a/b/cpu.max': 'much\n' }, Number.POSITIVE_INFINITY],
  ])('%s', (_, groups, quotas, cores) => {
    for (const [name, text] of Object.entries(quotas)) write(join('sys/fs/cgroup', name), text);
    write('proc/self/cgroup', groups);
    expect(usableCores(root)).toBe(Math.min(availableParallelism(), cores));
  });

  function quotaOfVersion1(quota: number): Record<string, string> {
    return {
      'cpu,cpuacct/a/b/cpu.cfs_quota_us': `${quota}\n`,
      'cpu,cpuacct/a/b/cpu.cfs_period_us': '100000\n',
    };
  }
});
