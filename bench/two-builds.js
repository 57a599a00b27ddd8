// node bench/two-builds.js <folder> [--rounds n]: another build, such as that of an older commit, and this one in turns.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { alternate } from './lib/alternate.js';
import { runToEnd } from './lib/children.js';
import { binaryRequest } from './lib/infer-requests.js';
import { IMAGE_BYTES, readMnist } from './lib/mnist.js';
import { trainingCsv } from './lib/mnist-csv.js';
import { ROOT } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { costOf, withServer } from './lib/serve-process.js';
import { ratio, spread } from './lib/statistics.js';

const EPOCHS = 6;
const IMAGES = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' } },
});
const rounds = Number(values.rounds);
if (positionals.length !== 1 || !(Number.isInteger(rounds) && rounds > 0)) {
  process.stderr.write('usage: node bench/two-builds.js <folder of another build> [--rounds n]\n');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'digitflow-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const builds = { other: resolve(positionals[0]), this: ROOT };
const csv = await trainingCsv({ rows: 60_000, repeats: 15 });
const score = (root) =>
  runToEnd(process.execPath, [executableOf(root), 'score', csv.path, '--out', fresh('rows.csv')]);
const request = binaryRequest(readMnist('t10k').pixels.subarray(0, IMAGES * IMAGE_BYTES));
const asked = { path: '/v2/models/sigmoid/infer', request, connections: 4, seconds: 2 };

await compare('evaluate', (root) => runToEnd(process.execPath, [executableOf(root), 'evaluate']));
await compare(`score, ${csv.rows.toLocaleString('en')} rows`, score);
await compare(`serve, CPU time for ${IMAGES} times ${IMAGES} images as bytes`, async (root) => {
  const { cpuMs } = await withServer('digitflow', (server) => costOf(server, asked), root);
  return { wallMs: IMAGES * cpuMs };
});
await compare('train, an epoch, one core', epoch);

/** The program of a folder where `npm run build` was run. */
function executableOf(root) {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(root, bin.digitflow);
}

async function compare(what, run) {
  const contenders = Object.entries(builds).map(([name, root]) => ({ name, run: () => run(root) }));
  const samples = await alternate(contenders, { rounds });
  const [other, ours] = ['other', 'this'].map((name) => samples.get(name).wallMs);
  const show = (ms) => showSpread(spread(ms), 0, ' ms');
  const times = showSpread(ratio(other, ours), 2);
  process.stdout.write(`${what}: ${show(other)}, this build ${show(ours)}: ${times} times\n`);
}

/** As its log has it: the start, and the first epoch, are not counted. */
async function epoch(root) {
  const log = fresh('log.ndjson');
  const settings = ['--epochs', `${EPOCHS}`, '--workers', '0', '--augment', 'none', '--validation', '0'];
  const files = ['--out', fresh('network.safetensors'), '--log', log];
  await runToEnd('taskset', [
    '-c',
    '0',
    process.execPath,
    executableOf(root),
    'train',
    ...settings,
    ...files,
    '--quiet',
  ]);
  const epochs = readFileSync(log, 'utf8').trim().split('\n').slice(1).map(JSON.parse);
  return { wallMs: spread(epochs.map(({ seconds }) => seconds * 1000)).median };
}

/** A file that is not there yet. */
function fresh(name) {
  const path = join(folder, name);
  rmSync(path, { force: true });
  return path;
}
