import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { type PlanOptions, plan } from '../../pipelines/sharding/plan-shards.js';
import { evaluateShard, type ScoreShardOptions, scoreShard } from '../../pipelines/sharding/shard.js';
import { EvaluationCounts } from '../../src/counting/evaluation-counts.js';
import { KeptScorers } from '../../src/sharding/kept-scorers.js';
import type { Plan } from '../../src/sharding/plan.js';
import { planText, type ReadPlan, readPlan } from '../../src/sharding/plan-file.js';
import { readShardHead } from '../../src/sharding/shard-file.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

let root: string;
let out: string;
const at = (name: string) => join(root, name);

beforeEach(async () => {
  root = await tempFolder();
  out = join(root, 'parts');
});

/** Makes a plan as a file, and reads it; `change` makes it another one. */
async function planned(
  inputs: readonly string[],
  options: Partial<PlanOptions> = { shards: 3 },
  change = (text: string) => text,
): Promise<ReadPlan> {
  const made: Plan = await plan({ inputs, root, ...options });
  writeFileSync(at('plan.json'), change(planText(made)));
  return readPlan(at('plan.json'));
}

const optionsOf = ({ plan, sha256 }: ReadPlan) => ({ plan, planSha256: sha256, root, out, workers: 0 });

/** Rows and rejects of all shards, after what stands before the first. */
function joined({ plan }: ReadPlan): { readonly rows: string; readonly rejects: string } {
  let rows = '';
  let rejects = '';
  for (const index of plan.shards.keys()) {
    const path = join(out, `${index}`.padStart(5, '0').concat('.shard'));
    const { head, rejectsAt } = readShardHead(path);
    const bytes = readFileSync(path);
    rows += (index === 0 ? head.rowsHead : '') + bytes.subarray(0, rejectsAt);
    rejects += bytes.subarray(rejectsAt, rejectsAt + head.rejects.bytes);
  }
  return { rows, rejects };
}

describe('the shards of a plan', () => {
  test.each<[string, Partial<ScoreShardOptions>, readonly string[]]>([
    ['CSV', {}, []],
    ['CSV with all outputs', { probabilities: true, top: 2 }, ['--probabilities', '--top', '2']],
    ['NDJSON', { format: 'ndjson' }, ['--format', 'ndjson']],
    ["Kaggle's rows", { format: 'kaggle' }, ['--kaggle']],
  ])(
    'give the rows of one run as %s, by any workers, with the names of the plan',
    async (_, shape, flags) => {
      mkdirSync(at('deep'));
      const bad = 'bad,1\n"x\ny",2\n\n';
      writeFileSync(at('a.csv'), `${digitsCsv({ count: 30 })}${bad}${digitsCsv({ count: 9, first: 40 })}`);
      writeFileSync(at('deep/b.csv'), digitsCsv({ count: 25, header: true, first: 60, lineEnd: '\r\n' }));
      const made = await planned(['a.csv', 'deep/b.csv'], { shardRows: 11 });
      expect(made.plan.shards).toHaveLength(6);
      for (const shard of made.plan.shards.keys()) {
        const workers = shard % 2;
        await scoreShard({ ...optionsOf(made), ...shape, shard, workers, onError: 'reject' });
      }
      const args = ['score', 'a.csv', 'deep/b.csv', '--rejects', 'bad.csv', '--quiet', ...flags];
      const { stdout } = await runShared(args, { cwd: root });
      const { rows, rejects } = joined(made);
      expect(rows).toBe(stdout);
      expect(`file,line,reason,row\n${rejects}`).toBe(readFileSync(at('bad.csv'), 'utf8'));
    },
  );

  test('are the same by scorers that are kept from one to the next', async () => {
    const used = new Set<unknown>();
    class Watched extends KeptScorers {
      override async open(...given: Parameters<KeptScorers['open']>) {
        const scorer = await super.open(...given);
        used.add(scorer.slots);
        return scorer;
      }
    }
    const scorers = new Watched();
    writeFileSync(at('a.csv'), digitsCsv({ count: 60 }));
    const count = 200;
    writeFileSync(at('b.idx'), idxBytes(8, [count, 28, 28], testPixels().subarray(0, count * 784)));
    for (const [input, options] of [
      ['a.csv', {}],
      ['b.idx', { probabilities: true }],
    ] as const) {
      const made = await planned([input], { shards: 4 });
      for (const workers of [1, 0]) {
        used.clear();
        const args = ['score', input, '--quiet', ...('probabilities' in options ? ['--probabilities'] : [])];
        const { stdout } = await runShared(args, { cwd: root });
        for (const shard of made.plan.shards.keys())
          await scoreShard({ ...optionsOf(made), ...options, shard, workers, scorers });
        expect(joined(made).rows).toBe(stdout);
        expect(used.size).toBe(1);
        rmSync(out, { recursive: true });
      }
    }
    await scorers.close();
  });

  test('give what one evaluation counts, where their labels are in a file beside them', async () => {
    const count = 200;
    writeFileSync(
      at('x-images-idx3-ubyte'),
      idxBytes(8, [count, 28, 28], testPixels().subarray(0, count * 784)),
    );
    writeFileSync(at('x-labels-idx1-ubyte'), labelsIdx([...testLabels().subarray(0, count)]));
    const made = await planned(['x-images-idx3-ubyte']);
    const counts = new EvaluationCounts({ classes: 10, recordBytes: 784 }, { mistakes: 10 });
    const scorers = new KeptScorers();
    for (const shard of [2, 0, 1]) {
      const { head } = await evaluateShard({ ...optionsOf(made), shard, scorers });
      expect(head).toMatchObject({ command: 'evaluate', records: made.plan.shards[shard].records });
      counts.addState((head.evaluation as { counts: object }).counts);
    }
    const { evaluation } = await evaluate({ images: at('x-images-idx3-ubyte'), workers: 0 });
    const { images, accuracy, mistakes } = counts.tally;
    expect({ images, accuracy }).toEqual({ images: count, accuracy: evaluation.accuracy });
    expect(mistakes.worst.map(({ index }) => index)).toEqual(evaluation.mistakes.map(({ index }) => index));
    const whole = { ...optionsOf(await planned(['x-images-idx3-ubyte'], { shards: 1 })), out: at('whole') };
    const { head } = await evaluateShard({ ...whole, shard: 0 });
    const state = (head.evaluation as { counts: { tally: object } }).counts;
    expect(JSON.stringify(counts.tally)).toBe(JSON.stringify(state.tally));
  });

  test('are left as they are where they are done, and are the same but for time and threads', async () => {
    writeFileSync(at('a.csv'), digitsCsv({ count: 30 }));
    const made = await planned(['a.csv']);
    const options = { ...optionsOf(made), shard: 1 };
    const first = await scoreShard(options);
    expect(first).toMatchObject({ isNew: true, path: join(out, '00001.shard') });
    const bytes = readFileSync(first.path);
    expect(await scoreShard({ ...options, workers: 2 })).toEqual({ ...first, isNew: false });
    expect(readFileSync(first.path).equals(bytes)).toBe(true);
    rmSync(first.path);
    const again = await scoreShard({ ...options, workers: 2, batchSize: 3 });
    expect({ ...again.head, workers: 0, seconds: 0 }).toEqual({ ...first.head, seconds: 0 });
    expect(readdirSync(out)).toEqual(['00001.shard']);
  });

  test('may be broken, and are made anew then', async () => {
    writeFileSync(at('a.csv'), digitsCsv({ count: 30 }));
    const options = { ...optionsOf(await planned(['a.csv'])), shard: 1 };
    const { path } = await scoreShard(options);
    const bytes = readFileSync(path);
    for (const breakIt of [() => truncateSync(path, 100), () => appendFileSync(path, 'x')]) {
      breakIt();
      const notes: string[] = [];
      expect(await scoreShard({ ...options, onNote: (note) => notes.push(note) })).toMatchObject({
        isNew: true,
      });
      expect(notes).toEqual([
        expect.stringMatching(/^shard 1 is made anew: .*00001\.shard: expected .*broken/),
      ]);
      expect(readFileSync(path).subarray(0, 200)).toEqual(bytes.subarray(0, 200));
    }
  });

  test('end with a bad row, and leave nothing', async () => {
    writeFileSync(at('a.csv'), `${digitsCsv({ count: 30 })}bad,1\n`);
    const options = optionsOf(await planned(['a.csv']));
    await expect(scoreShard({ ...options, shard: 2 })).rejects.toMatchObject({
      ...{ code: 'CSV_ROW', exitCode: 65, message: expect.stringMatching(/^a\.csv: line 31: /) },
    });
    expect(readdirSync(out)).toEqual([]);
    const done = await scoreShard({ ...options, shard: 2, onError: 'skip' });
    expect(done.head).toMatchObject({ rejected: 1, rejects: { bytes: 0 } });
  });

  test('that are aborted leave nothing', async () => {
    writeFileSync(at('a.csv'), digitsCsv({ count: 300 }));
    const options = { ...optionsOf(await planned(['a.csv'], { shards: 1 })), shard: 0, batchSize: 5 };
    const reason = new Error('enough');
    const controller = new AbortController();
    const { signal } = controller;
    const onProgress = () => controller.abort(reason);
    await expect(scoreShard({ ...options, signal, onProgress })).rejects.toBe(reason);
    expect(readdirSync(out)).toEqual([]);
    await expect(scoreShard({ ...options, signal })).rejects.toBe(reason);
    expect(await scoreShard(options)).toMatchObject({ isNew: true, head: { records: 300 } });
  });
});

describe('a shard is refused', () => {
  let made: ReadPlan;
  let options: ScoreShardOptions;
  const refused = (code: string, message: RegExp, more: Partial<ScoreShardOptions> = {}) =>
    expect(scoreShard({ ...options, ...more })).rejects.toMatchObject({
      ...{ code, message: expect.stringMatching(message) },
    });

  beforeEach(async () => {
    writeFileSync(at('a.csv'), digitsCsv({ count: 30 }));
    made = await planned(['a.csv']);
    options = { ...optionsOf(made), shard: 1 };
  });

  test('with another network than that of the plan', async () => {
    const words = /^relu: expected the network of the plan \(sha256 \w{12}\), found another .*--model$/;
    await refused('SHARD_MISMATCH', words, { model: 'relu' });
    expect(existsSync(out)).toBe(false);
  });

  test('where the network is not there', () =>
    refused('INPUT_MISSING', /no such network/, { model: 'other' }));

  test('where an input is not there', async () => {
    rmSync(at('a.csv'));
    const where = `no such file or folder in ${root}; say with --root where the plan's inputs lie`;
    await refused('INPUT_MISSING', new RegExp(`^a\\.csv: ${where}$`));
    await refused('INPUT_MISSING', /^a\.csv: no such file or folder in \/;/, { root: '/' });
  });

  test('where an input has another size', async () => {
    appendFileSync(at('a.csv'), '\n');
    await refused(
      'INPUT_CHANGED',
      /^a\.csv: expected \d+ bytes, as it was planned, found \d+; plan it again$/,
    );
  });

  test('where its beginning is within a row', async () => {
    const { atime, mtime } = statSync(at('a.csv'));
    const text = readFileSync(at('a.csv'), 'utf8');
    writeFileSync(at('a.csv'), `${text.slice(1)}\n`);
    utimesSync(at('a.csv'), atime, mtime);
    await refused('INPUT_CHANGED', /^a\.csv: expected a row that begins at byte \d+/);
  });

  test('where the plan was changed, and has another line for the shard after it', async () => {
    const change = (text: string) => text.replace('"line":21,', '"line":7,');
    made = await planned(['a.csv'], { shards: 3 }, change);
    options = { ...optionsOf(made), shard: 1 };
    expect(made.plan.shards[2].from.line).toBe(7);
    await refused(
      'INPUT_CHANGED',
      /^a\.csv: expected 7 lines before byte \d+, as planned, found \d+; plan it again$/,
    );
    expect(readdirSync(out)).toEqual([]);
  });

  test('where an input changes while it is made, and nothing is left', async () => {
    const onOpened = () => appendFileSync(at('a.csv'), '\n');
    await refused('INPUT_CHANGED', /it was changed meanwhile; plan it again$/, { onOpened });
    expect(readdirSync(out)).toEqual([]);
  });

  test('where the bytes are others than those that were digested; a copy of the same is none', async () => {
    made = await planned(['a.csv'], { shards: 3, digest: true });
    options = { ...optionsOf(made), shard: 1, onNote: expect.fail };
    cpSync(at('a.csv'), at('copy.csv'));
    utimesSync(at('a.csv'), 1, 1);
    expect(await scoreShard({ ...options, out: join(root, 'copies') })).toMatchObject({ isNew: true });
    const { bytes } = made.plan.shards[1].from;
    const text = readFileSync(at('a.csv'));
    text[bytes] = text[bytes] === 0x31 ? 0x32 : 0x31;
    writeFileSync(at('a.csv'), text);
    await refused('INPUT_CHANGED', /^a\.csv: expected the bytes that were planned, found others/);
    // The change is in none of these.
    for (const shard of [0, 2]) await scoreShard({ ...options, shard });
  });

  test('where digested bytes are others, though the file has its old time', async () => {
    made = await planned(['a.csv'], { shards: 3, digest: true });
    options = { ...optionsOf(made), shard: 1 };
    const { atime, mtime } = statSync(at('a.csv'));
    const text = readFileSync(at('a.csv'));
    text[made.plan.shards[1].from.bytes] ^= 1;
    writeFileSync(at('a.csv'), text);
    utimesSync(at('a.csv'), atime, mtime);
    await refused('INPUT_CHANGED', /^a\.csv: expected the bytes that were planned, found others/);
  });

  test.each([false, true])(
    'where labels beside images are others (digests of shards: %s)',
    async (digest) => {
      writeFileSync(at('x-images-idx3-ubyte'), idxBytes(8, [9, 28, 28], testPixels().subarray(0, 9 * 784)));
      const labels = [...testLabels().subarray(0, 9)];
      writeFileSync(at('x-labels-idx1-ubyte'), labelsIdx(labels));
      const other = await planned(['x-images-idx3-ubyte'], { shards: 2, digest });
      const { atime, mtime } = statSync(at('x-labels-idx1-ubyte'));
      writeFileSync(at('x-labels-idx1-ubyte'), labelsIdx(labels.map((label) => 9 - label)));
      // With digests of shards it does not matter what the time says.
      utimesSync(at('x-labels-idx1-ubyte'), digest ? atime : 1, digest ? mtime : 1);
      const evaluated = { ...optionsOf(other), shard: 1, onNote: expect.fail };
      const message = expect.stringMatching(/^x-labels-idx1-ubyte: expected the bytes that were planned, /);
      await expect(evaluateShard(evaluated)).rejects.toMatchObject({ code: 'INPUT_CHANGED', message });
      // Who scores reads no labels, and may have none.
      rmSync(at('x-labels-idx1-ubyte'));
      await scoreShard(evaluated);
    },
  );

  test('by labels beside packed images never: the digest is of images', async () => {
    writeFileSync(at('x-images.gz'), gzipSync(idxBytes(8, [9, 28, 28], testPixels().subarray(0, 9 * 784))));
    writeFileSync(at('x-labels.gz'), gzipSync(labelsIdx([...testLabels().subarray(0, 9)])));
    const other = await planned(['x-images.gz'], { shards: 1, digest: true });
    expect(other.plan.inputs[0].files).toHaveLength(2);
    for (const name of ['x-images.gz', 'x-labels.gz']) utimesSync(at(name), 1, 1);
    const copied = { ...optionsOf(other), shard: 0, onNote: expect.fail };
    expect(await scoreShard(copied)).toMatchObject({ head: { records: 9 } });
    const evaluated = { ...copied, out: at('evaluated') };
    expect(await evaluateShard(evaluated)).toMatchObject({ head: { records: 9 } });
  });

  test('only in a note where a file has another time, and there is no digest', async () => {
    utimesSync(at('a.csv'), 1, 1);
    const notes: string[] = [];
    await scoreShard({ ...options, onNote: (note) => notes.push(note) });
    expect(notes).toEqual([
      expect.stringMatching(/^a\.csv: changed at another time than the plan says.*--digest/),
    ]);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'begins elsewhere',
      (text) => text.replace('"linesBefore":0', '"linesBefore":1'),
      /csv from byte 0 and line 2 on/,
    ],
    [
      'has another column of labels',
      (text) => text.replace(/"label","value":"[^"]*"/, '"label","value":"column 7"'),
      /label column 7/,
    ],
    [
      'has another number of records',
      (text) => text.replace(/"row":(\d\d)/, (_, row) => `"row":${row - 1}`),
      /expected \d+ records in shard/,
    ],
  ])('where its input %s', async (_, change, words) => {
    const other = await planned(['a.csv'], { shards: 3 }, (text) => {
      expect(change(text)).not.toBe(text);
      return change(text);
    });
    await refused('INPUT_CHANGED', words, optionsOf(other));
    expect(readdirSync(out)).toEqual([]);
  });

  test('where one of another plan, or of other options, lies there', async () => {
    const { path } = await scoreShard(options);
    const bytes = readFileSync(path);
    await refused('SHARD_MISMATCH', /found one of another/, { planSha256: 'ab'.repeat(32) });
    await refused('SHARD_MISMATCH', /a shard with --top: 3, found one with 0/, { top: 3 });
    await refused('SHARD_MISMATCH', /--on-error: "reject", found one with "fail"/, { onError: 'reject' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.each([3, -1, 1.5])('by the number %s', (shard) =>
    refused('USAGE', /shard: expected .* found/, { shard }),
  );

  test('as rows for Kaggle, where records before it were not counted', async () => {
    writeFileSync(at('b.csv.gz'), gzipSync(digitsCsv({ count: 30 })));
    const other = await planned(['b.csv.gz', 'a.csv'], { shardRows: 30 });
    const last = other.plan.shards.length - 1;
    const kaggle: Partial<ScoreShardOptions> = { ...optionsOf(other), format: 'kaggle' };
    await refused('USAGE', /^--kaggle: expected .* found b\.csv\.gz before shard/, {
      ...kaggle,
      shard: last,
    });
    options = { ...options, ...optionsOf(other) };
    expect(await scoreShard({ ...options, shard: last })).toMatchObject({ head: { records: 30 } });
  });

  test('as an evaluation of several inputs', async () => {
    writeFileSync(at('b.csv'), digitsCsv({ count: 3 }));
    const other = optionsOf(await planned(['a.csv', 'b.csv'], { shards: 1 }));
    const message = expect.stringMatching(
      /^--plan: expected a plan of one input, as evaluate takes, found 2;/,
    );
    await expect(evaluateShard({ ...other, shard: 0 })).rejects.toMatchObject({ code: 'USAGE', message });
  });
});
