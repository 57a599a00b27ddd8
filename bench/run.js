// npm run bench -- [kernel|idx|csv|start|memory|feeder|scale|train|pictures|draw|serve|shards|cluster|build ...] [--rounds n]
// With --plots it measures nothing, and draws the plots of what was measured again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toSvg } from './lib/plot.js';
import { describeMachine, machineWords, toMarkdown } from './lib/report.js';

/** In the order in which they run: each module is loaded only when it is measured. */
const MEASUREMENTS = {
  kernel: async () => (await import('./kernel.js')).measureKernel,
  idx: async () => (await import('./idx.js')).measureIdx,
  csv: async () => (await import('./csv.js')).measureCsv,
  start: async () => (await import('./start.js')).measureStart,
  memory: async () => (await import('./memory.js')).measureMemory,
  feeder: async () => (await import('./feeder.js')).measureFeeder,
  scale: async () => (await import('./scale.js')).measureScale,
  train: async () => (await import('./train.js')).measureTrain,
  pictures: async () => (await import('./pictures.js')).measurePictures,
  draw: async () => (await import('./draw.js')).measureDraw,
  serve: async () => (await import('./serve.js')).measureServe,
  shards: async () => (await import('./shards.js')).measureShards,
  cluster: async () => (await import('./cluster.js')).measureCluster,
  build: async () => (await import('./build.js')).measureBuild,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, plots: { type: 'boolean' } },
});
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const unknown = positionals.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
  process.stderr.write(
    `usage: npm run bench -- [${Object.keys(MEASUREMENTS).join('|')} ...] [--rounds n] [--plots]\n`,
  );
  process.exit(2);
}

const log = (line) => process.stderr.write(`${line}\n`);
const results = new URL('../docs/bench/', import.meta.url);
mkdirSync(results, { recursive: true });
const fileOf = (name, ending) => new URL(`${name}.${ending}`, results);

/** From the JSON of a measurement: once more at any time. */
function plot(name) {
  const { machine, title, bars } = JSON.parse(readFileSync(fileOf(name, 'json'), 'utf8'));
  if (bars !== undefined) writeFileSync(fileOf(name, 'svg'), toSvg(name, title, machineWords(machine), bars));
}

const machine = describeMachine();
const where = machineWords(machine);
if (!values.plots) process.stdout.write(`${where}\n`);

for (const [name, load] of Object.entries(MEASUREMENTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  if (values.plots) {
    if (existsSync(fileOf(name, 'json'))) plot(name);
    continue;
  }
  const measure = await load();
  const report = await measure({ rounds, log });
  const table = toMarkdown(report);
  writeFileSync(fileOf(name, 'json'), `${JSON.stringify({ machine, ...report }, null, 1)}\n`);
  writeFileSync(fileOf(name, 'md'), `${where}\n\n${table}\n`);
  plot(name);
  process.stdout.write(`\n${table}\n`);
}
