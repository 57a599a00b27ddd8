// node bench/two-builds.js <folder> [--rounds n]: another build, such as that of an older commit, and this one in turns.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { alternate } from './lib/alternate.js';
import { runToEnd } from './lib/children.js';
import { trainingCsv } from './lib/mnist-csv.js';
import { ROOT } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { ratio, spread } from './lib/statistics.js';

const EPOCHS = 6;

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
const builds = { other: executableOf(resolve(positionals[0])), this: executableOf(ROOT) };
const csv = await trainingCsv({ rows: 60_000, repeats: 15 });
const score = (program) =>
  runToEnd(process.execPath, [program, 'score', csv.path, '--out', fresh('rows.csv')]);

await compare('evaluate', (program) => runToEnd(process.execPath, [program, 'evaluate']));
await compare(`score, ${csv.rows.toLocaleString('en')} rows`, score);
await compare('train, an epoch, one core', epoch);

/** The program of a folder where `npm run build` was run. */
function executableOf(root) {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(root, bin.digitflow);
}

async function compare(what, run) {
  const contenders = Object.entries(builds).map(([name, program]) => ({ name, run: () => run(program) }));
  const samples = await alternate(contenders, { rounds });
  const [other, ours] = ['other', 'this'].map((name) => samples.get(name).wallMs);
  const show = (ms) => showSpread(spread(ms), 0, ' ms');
  const times = showSpread(ratio(other, ours), 2);
  process.stdout.write(`${what}: ${show(other)}, this build ${show(ours)}: ${times} times\n`);
}

/** As its log has it: the start, and the first epoch, are not counted. */
async function epoch(program) {
  const log = fresh('log.ndjson');
  const settings = ['--epochs', `${EPOCHS}`, '--workers', '0', '--augment', 'none', '--validation', '0'];
  const files = ['--out', fresh('network.safetensors'), '--log', log];
  await runToEnd('taskset', [
    '-c',
    '0',
    process.execPath,
    program,
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
