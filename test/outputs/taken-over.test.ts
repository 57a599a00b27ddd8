import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MergeOutputs } from '../../src/outputs/merge-outputs.js';
import type { ScoredRows } from '../../src/outputs/rows/scored-rows.js';
import { ScoreOutputs } from '../../src/outputs/score-outputs.js';
import { SummaryFile } from '../../src/outputs/score-summary.js';
import { TrainingOutputs } from '../../src/outputs/training-outputs.js';
import type { EpochReport } from '../../src/training/training-epochs.js';
import { tempFolder } from '../inputs/temp-folder.js';

const BUSY = expect.objectContaining({ code: 'OUTPUT_BUSY' });

/** As the next run does after half a minute without a sign of life. */
function takeOver(path: string): void {
  for (const ticket of readdirSync(`${path}.lock`)) rmSync(join(`${path}.lock`, ticket));
}

test('a merge that stood still writes nothing into that of the run that took over, and removes nothing of it', async () => {
  const folder = await tempFolder();
  const [plan, out, report] = ['plan', 'out', 'report'].map((name) => join(folder, name));
  writeFileSync(plan, '');
  const paths = { plan, inputs: [], out, report };
  const late = new MergeOutputs(paths);
  await late.taker('out')('late, ');
  for (const path of [out, report]) takeOver(path);
  const next = new MergeOutputs(paths);
  await next.taker('out')('next');
  await late.taker('out')('and later');
  await expect(late.finish()).rejects.toEqual(BUSY);
  late.release();
  await next.taker('report')('of it');
  await next.finish();
  next.release();
  expect(readFileSync(out, 'utf8')).toBe('next');
  expect(readFileSync(report, 'utf8')).toBe('of it');
  expect(readdirSync(folder).sort()).toEqual(['out', 'plan', 'report']);
});

test('rows are not written once another run has taken their file over', async () => {
  const out = join(await tempFolder(), 'out.csv');
  const outputs = () =>
    new ScoreOutputs({
      ...{ format: 'csv', classes: ['0', '1'], probabilities: false, top: 0, encoding: undefined },
      ...{ out, rejects: undefined, resume: false, run: { options: {}, inputs: [] }, note: expect.fail },
    });
  const late = outputs();
  takeOver(out);
  const next = outputs();
  writeFileSync(out, 'of the next');
  await expect(late.write({} as ScoredRows)).rejects.toEqual(BUSY);
  late.release();
  next.release();
  expect(readFileSync(out, 'utf8')).toBe('of the next');
});

test('neither is a summary, nor the log of a training', async () => {
  const folder = await tempFolder();
  const [summary, log] = [join(folder, 's.json'), join(folder, 'log')];
  const late = new SummaryFile(summary, { network: { classes: ['0'] }, name: 'n', sha256: '0' } as never);
  const training = new TrainingOutputs({ log }, []);
  for (const path of [summary, log]) takeOver(path);
  await expect(late.writeEarly(undefined, undefined)).rejects.toEqual(BUSY);
  expect(() => training.log({ run: 0, epoch: 1, loss: 0.5 } as EpochReport)).toThrow(BUSY);
  late.release();
  training.close();
  expect(readFileSync(log, 'utf8')).toBe('');
  expect(readdirSync(folder)).toEqual(['log']);
});
