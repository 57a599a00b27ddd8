import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCsv, testRow } from '../helpers/csv.js';
import { tempFolder } from '../inputs/temp-folder.js';

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href;
const ROWS = 2000;
const csv = testCsv(ROWS);
const MORE = `${testRow(ROWS)}\n${testRow(ROWS + 1)}\n`;

/** Evaluates a file in a process of its own; when its first batch has been counted, something happens to the file. */
async function evaluateWhile(content: string, happens: string, workers: number) {
  const folder = await tempFolder({ 'changing.csv': Buffer.from(content), 'more.txt': Buffer.from(MORE) });
  const path = join(folder, 'changing.csv');
  const script = `
    import fs from 'node:fs';
    import { evaluate } from ${JSON.stringify(LIBRARY)};
    const path = process.argv[1];
    const more = fs.readFileSync(process.argv[2]);
    let isFirst = true;
    const onBatch = () => {
      if (isFirst) { ${happens} }
      isFirst = false;
    };
    try {
      const { evaluation } = await evaluate({ images: path, workers: ${workers}, batchSize: 50, onBatch });
      const { images, partial, data } = evaluation;
      console.log(JSON.stringify({ images, partial, sha256: data.files[0].sha256 }));
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }));
    }`;
  const more = join(folder, 'more.txt');
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, path, more], {
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout);
}

test.each([0, 2])('with %i workers: what happens to a file while its rows are evaluated', async (workers) => {
  const sha256 = createHash('sha256').update(csv).digest('hex');
  expect(await evaluateWhile(csv, '', workers)).toEqual({ images: ROWS, partial: false, sha256 });
  // Who replaces or removes a file leaves it to those who have it open.
  expect(await evaluateWhile(csv, 'fs.rmSync(path)', workers)).toMatchObject({
    images: ROWS,
    partial: false,
  });
  // Which bytes were digested is not known then: no digest rather than a wrong one.
  const grown = await evaluateWhile(csv, 'fs.appendFileSync(path, more)', workers);
  expect(grown).toEqual({ images: ROWS + 2, partial: false, sha256: null });
  expect(
    await evaluateWhile(csv.slice(0, -1), 'fs.appendFileSync(path, "\\n" + more)', workers),
  ).toMatchObject({
    images: ROWS + 2,
  });
  const shrunk = await evaluateWhile(csv, 'fs.truncateSync(path, 20_000)', workers);
  expect(shrunk).toMatchObject({
    code: 'INPUT_READ',
    message: expect.stringMatching(/changing\.csv: .*the file became shorter while it was read/),
  });
  expect(shrunk.message).not.toContain('\n');
});
