import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TrainingOutputs } from '../../src/outputs/training-outputs.js';
import type { EpochReport } from '../../src/training/training-epochs.js';
import { tempFolder } from '../inputs/temp-folder.js';

test('the log has every line out when it is written, runs from 1, and null for what is no number', async () => {
  const path = join(await tempFolder(), 'log');
  const outputs = new TrainingOutputs({ log: path }, []);
  const line = (report: Partial<EpochReport>) => outputs.log(report as EpochReport);
  line({ run: 0, epoch: 1, loss: 0.5 });
  expect(await readFile(path, 'utf8')).toBe('{"run":1,"epoch":1,"loss":0.5}\n');
  line({ run: 1, epoch: 2, loss: Number.NaN });
  outputs.close();
  const lines = '{"run":1,"epoch":1,"loss":0.5}\n{"run":2,"epoch":2,"loss":null}\n';
  expect(await readFile(path, 'utf8')).toBe(lines);
});
