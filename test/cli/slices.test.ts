import { expect, test } from 'vitest';
import { testCsv } from '../helpers/csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFile } from '../inputs/temp-folder.js';
import { expectFailure } from './expect-failure.js';

test('evaluate --slice prints a table a slice after the report, and has them in its JSON', async () => {
  const rows = await tempFile(Buffer.from(testCsv(120)), 'rows.csv');
  const args = ['evaluate', rows, '--quiet', '--slice', 'label', '--slice', 'thickness'];
  const table = await runShared(args);
  expect(table).toMatchObject({ exitCode: 0, stderr: '' });
  expect(table.stdout).toMatch(/\nBy label {2}10 values.*\n[^!]*\nBy thickness {2}7 values/);
  const { slices } = JSON.parse((await runShared([...args, '--format', 'json'])).stdout);
  expect(slices).toMatchObject([
    { name: 'label', source: 'column', images: 120 },
    { name: 'thickness', source: 'images', images: 120 },
  ]);
});

test('a slice of nothing is a usage error, and so is one of a shard, or one that would not be printed', async () => {
  await expectFailure(['--slice', 'slant', '--format', 'csv'], {
    code: 'USAGE',
    exitCode: 2,
    words: ['--slice', 'found csv', 'json'],
  });
  await expectFailure(['--slice', 'writer'], {
    code: 'USAGE',
    exitCode: 2,
    words: ['--slice "writer"', 'thickness'],
  });
  const { stderr, exitCode } = await runShared(['evaluate', '--plan', 'p.json', '--slice', 'writer']);
  expect({ stderr, exitCode }).toEqual({
    stderr: expect.stringMatching(/^digitflow: [^\n]*--slice[^\n]*a shard does not count by values[^\n]*\n$/),
    exitCode: 2,
  });
});
