// npm run bench -- [kernel|idx|csv|start|memory|feeder|scale|train|pictures|draw|serve|shards|cluster|build ...] [--rounds n]
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toSvg } from './lib/plot.js';
import { describeMachine, toMarkdown } from './lib/report.js';

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
  options: { rounds: { type: 'string' } },
});
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const unknown = positionals.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
  process.stderr.write(`usage: npm run bench -- [${Object.keys(MEASUREMENTS).join('|')} ...] [--rounds n]\n`);
  process.exit(2);
}

const log = (line) => process.stderr.write(`${line}\n`);
const machine = describeMachine();
const results = new URL('../docs/bench/', import.meta.url);
mkdirSync(results, { recursive: true });
const where = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.platform}`;
process.stdout.write(`${where}\n`);

for (const [name, load] of Object.entries(MEASUREMENTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const measure = await load();
  const report = await measure({ rounds, log });
  const { bars, ...rest } = report;
  const table = toMarkdown(report);
  const write = (ending, text) => writeFileSync(new URL(`${name}.${ending}`, results), text);
  write('json', `${JSON.stringify({ machine, ...rest }, null, 1)}\n`);
  write('md', `${where}\n\n${table}\n`);
  if (bars !== undefined) write('svg', toSvg(report.title, where, bars));
  process.stdout.write(`\n${table}\n`);
}
