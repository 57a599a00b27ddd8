import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plan } from '../../pipelines/sharding/plan-shards.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import type { Plan } from '../../src/sharding/plan.js';
import { planText, readPlan } from '../../src/sharding/plan-file.js';
import { testRow } from '../helpers/csv.js';
import { randomNetwork } from '../helpers/random-network.js';
import { imagesIdx } from '../inputs/idx-bytes.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

async function made(digest = false): Promise<Plan> {
  const root = await tempFolder({
    'a.csv': Buffer.from(`${testRow(0)}\n`.repeat(20)),
    'b.csv': Buffer.from(`${testRow(0)}\n`.repeat(8)),
  });
  return plan({
    ...{ inputs: ['a.csv', 'b.csv'], root, shardRows: 6, digest, normalize: 'inverted' },
    reading: { label: 'first', labelMap: { 10: '0' }, scale: { mean: 0.13, std: 0.31 }, header: false },
  });
}

describe('the file of a plan', () => {
  test.each([false, true])('gives the same plan again, with digests of shards: %s', async (digest) => {
    const wanted = await made(digest);
    const path = await tempFile(Buffer.from(planText(wanted)), 'plan.json');
    const { plan: found, sha256 } = readPlan(path);
    expect(found).toEqual(wanted);
    expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(planText(found)).toBe(planText(wanted));
  });

  test('has a line a shard, and is small however many there are', async () => {
    const kind = { hidden: 'relu', last: 'sigmoid' } as const;
    const onePixel = randomNetwork({ seed: 1, height: 1, width: 1, outputs: [2], ...kind });
    const root = await tempFolder({ 'a.idx': imagesIdx(3000, 1, 1) });
    const model = await tempFile(writeOwnNetwork(onePixel), 'one-pixel.safetensors');
    const planned = await plan({ inputs: ['a.idx'], root, shardRows: 1, model });
    expect(planned.shards.length).toBe(3000);
    const text = planText(planned);
    expect(text.split('\n').length).toBe(3000 + 7);
    expect(text.length / 3000).toBeLessThan(60);
    JSON.parse(text);
  });

  const change = (from: string | RegExp, to: string) => (text: string) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  };
  const third = /(\{"file":0,"bytes":)\d+(,"line":12,"row":12\})/;

  test.each([
    ['no plan at all', () => 'id,label\n', 'a plan (digitflow.plan/1), found something else'],
    ['another JSON', () => '{"schema":"digitflow.score/1"}', 'found "digitflow.score/1"'],
    ['another version', change('plan/1', 'plan/2'), 'found digitflow.plan/2, that of another digitflow'],
    ['a part of one', (text: string) => text.slice(0, -100), 'found no JSON, or a part of it'],
    ['a list', () => '{"schema":"digitflow.plan/1","model":[]}', 'model as an object, found []'],
    [
      'no inputs',
      change(/"inputs":\[[\s\S]*\],\n"shards"/, '"inputs":[],\n"shards"'),
      'shard 0 to begin at a record',
    ],
    ['no shards', change(/"shards":\[[\s\S]*\]/, '"shards":[]'), 'one or more shards, found none'],
    ['no network', change(/"sha256":"[0-9a-f]+"/, '"sha256":""'), 'model.sha256 as a text, found ""'],
    [
      'no size of a file',
      change(/"bytes":\d+,"modified/, '"bytes":-1,"modified'),
      'inputs[0].files[0].bytes as a whole',
    ],
    [
      'no format',
      change('"format":"csv"', '"format":"tsv"'),
      'inputs[0].format as csv or idx or numpy or pictures',
    ],
    ['no reading', change('"label":"first"', '"label":7'), 'what flags of reading say'],
    ['a shard before another', change(third, '$11$2'), 'shard 2 to begin at a record of its inputs'],
    ['one after the end', change(third, '$199999999$2'), 'shard 2 to begin at a record of its inputs'],
    ['a record that is not there', change('"row":12}', '"row":20}'), 'shard 2 to begin at a record'],
    ['an input that is not there', change('{"file":1,', '{"file":2,'), 'shard 4 to begin at a record'],
    ['half a row', change('"row":12}', '"row":1.5}'), 'shards[2].row as a whole number'],
  ])('refuses %s', async (_, changed, message) => {
    const path = await tempFile(Buffer.from(changed(planText(await made()))), 'plan.json');
    let error: unknown;
    try {
      readPlan(path);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'PLAN_FILE',
      exitCode: 65,
      message: expect.stringContaining(message),
    });
    expect(String(error)).toMatch(/plan\.json: expected [^\n]*; make it again with digitflow plan$/);
  });

  test('is refused where there is none', () => {
    expect(() => readPlan('none.json')).toThrow('none.json: no such file; give the path of a plan');
  });
});
