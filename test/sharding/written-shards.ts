import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../src/inputs/models/open-model.js';
import { PLAN_SCHEMA, type Plan, type PlannedInput } from '../../src/sharding/plan.js';
import { planText, readPlan, shardsFrom } from '../../src/sharding/plan-file.js';
import type { ShardResult } from '../../src/sharding/shard-file.js';
import { ShardWriter } from '../../src/sharding/shard-writer.js';

const { network, sha256 } = openModel('sigmoid');

/** What a test says of one shard of rows. */
export interface WrittenShard {
  readonly rows: string;
  readonly rejects?: string;
  /** Scored and rejected ones. Default: as many as there are lines. */
  readonly records?: number;
}

/** A plan of shards of a CSV that need not be there, each of so many records; `said` replaces what it says of its input. */
export function writePlan(
  folder: string,
  records: readonly number[],
  said: Partial<PlannedInput> = {},
): string {
  const all = records.reduce((sum, count) => sum + count, 0);
  const inputs: Plan['inputs'] = [
    {
      ...{ path: 'in.csv', format: 'csv', guesses: [], records: all, dataStart: 0, linesBefore: 0 },
      files: [{ path: 'in.csv', bytes: 100 * all, modifiedMs: null }],
      digests: [{ path: 'in.csv', sha256: null }],
      ...said,
    },
  ];
  let row = 0;
  const starts = records.map((count) => {
    const start = { file: 0, bytes: 100 * row, line: row, row };
    row += count;
    return start;
  });
  const plan: Plan = {
    ...{ schema: PLAN_SCHEMA, model: { name: 'sigmoid', sha256 }, normalize: null, reading: {} },
    ...{ inputs, records: all, shards: shardsFrom(inputs, starts) },
  };
  const path = join(folder, 'plan.json');
  writeFileSync(path, planText(plan));
  return path;
}

/** Writes one shard of a plan, with rows of a CSV; `said` replaces what it says of itself. */
export async function writeShard(
  plan: string,
  folder: string,
  shard: number,
  { rows, rejects = '', records }: WrittenShard,
  said: Partial<ShardResult> = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const linesOf = (text: string) => text.split('\n').length - 1;
  const [scored, rejected] = [linesOf(rows), linesOf(rejects)];
  const writer = new ShardWriter(folder, shard);
  await writer.addRows(rows);
  if (rejects !== '') await writer.addRejects(rejects);
  await writer.finish({
    ...{ plan: readPlan(plan).sha256, shard, command: 'score', options: { format: 'csv' } },
    ...{ version: '1.0.0', classes: network.classes, rowsHead: 'record,prediction\n' },
    ...{ records: records ?? scored + rejected, rejected, evaluation: null, inputs: [] },
    counts: {
      predictions: network.classes.map((_, index) => (index === 3 ? scored : 0)),
      reasons: rejected === 0 ? {} : { bad: rejected },
    },
    ...{ workers: 2, seconds: 0.5 },
    ...said,
  });
}
