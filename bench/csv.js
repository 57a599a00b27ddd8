import { readFileSync } from 'node:fs';
import { measureLength } from './csv-length.js';
import { measureOddRows } from './csv-odd-rows.js';
import { alternate } from './lib/alternate.js';
import { mnistFiles, readMnist } from './lib/mnist.js';
import { trainingCsv } from './lib/mnist-csv.js';
import { loadDigitflow } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { runScore } from './lib/score-run.js';
import { ratio, spread } from './lib/statistics.js';
import { findBest, findPandas, parserRun, settingsOf } from './peers/csv.js';

const WORKERS = 2;
const ROWS = 60_000;
const REPEATS = 15;
const DUCKDB = '@duckdb/node-api';
const LEAST_RATE = 900_000;

/** How many times as fast as each peer; one who parses more quickly gets the long file, as digitflow does. */
const PEERS = [
  { peer: 'csv-parse', goal: 80, isLong: false },
  { peer: 'papaparse', goal: null, isLong: false },
  { peer: 'udsv', goal: null, isLong: false },
  { peer: 'pandas', goal: 15, isLong: false },
  // Two that are not the same work: rows that can be used, and sums that are all that is left of them.
  { peer: DUCKDB, setting: 'into a table', goal: 30, isLong: false },
  { peer: DUCKDB, setting: 'all columns summed', goal: null, isLong: true },
];

/**
 * The training set as CSV, read, scored and written by digitflow: a whole process, from its start to its end. Beside it, what
 * parsers take to read the same, and nothing else.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureCsv({ rounds = 5, log }) {
  log('csv: writing the files');
  const short = await trainingCsv({ rows: ROWS });
  const long = await trainingCsv({ rows: ROWS, repeats: REPEATS });
  await checkPredictions(short);
  const contenders = [score('digitflow score', long), score('digitflow score, once', short)];
  const versions = { pandas: await findPandas() };
  for (const { peer, setting, goal, isLong } of PEERS) {
    if (peer === 'pandas' && versions.pandas === null) continue;
    const file = isLong ? long : short;
    const best = await findBest(peer, short, log, setting);
    const run = () => parserRun(peer, best, file);
    contenders.push({
      name: setting ? `${peer}, ${setting}` : peer,
      setting: best,
      goal,
      rows: file.rows,
      run,
    });
  }
  // A file that was just written is read slowly the first time, by any program.
  await runScore([long.path], WORKERS);
  const samples = await alternate(contenders, {
    rounds,
    warmups: 0,
    onRound: (round) => log(`csv: round ${round + 1} of ${rounds}`),
  });
  const length = await measureLength({ short, long, rounds: Math.min(rounds, 3), log });
  const odd = await measureOddRows({ rounds, log });
  return describe({ contenders, samples, rounds, versions, length, odd });
}

function score(name, file) {
  const ownRates = [];
  const run = async () => {
    const sample = await runScore([file.path], WORKERS);
    ownRates.push(sample.ownRate);
    return sample;
  };
  return { name, setting: `${WORKERS} workers, the whole process`, rows: file.rows, run, ownRates };
}

/** What is written for the CSV must be right as often as what is counted for the same images as IDX. */
async function checkPredictions({ path, rows }) {
  const { evaluate } = await loadDigitflow();
  const { evaluation } = await evaluate({ ...mnistFiles('train'), digest: 'never' });
  const { labels } = readMnist('train');
  const { out } = await runScore([path], WORKERS);
  const lines = readFileSync(out, 'latin1').trimEnd().split('\n').slice(1);
  const right = lines.filter((line, row) => {
    const [record, , prediction] = line.split(',');
    if (Number(record) !== row + 1) throw new Error(`expected record ${row + 1}, found ${record}`);
    return Number(prediction) === labels[row];
  }).length;
  if (lines.length !== rows || right !== evaluation.correct) {
    throw new Error(
      `expected ${rows} rows and ${evaluation.correct} right, found ${lines.length} and ${right}: so no figure counts`,
    );
  }
}

function describe({ contenders, samples, rounds, versions, length, odd }) {
  const perRow = ({ name, rows }) => samples.get(name).wallMs.map((ms) => (ms * 1000) / rows);
  const [ours] = contenders;
  const rows = contenders.map((contender) => [
    contender.name,
    contender.setting,
    showSpread(spread(perRow(contender).map((microseconds) => 1e3 / microseconds)), 1),
    showSpread(spread(perRow(contender)), 2),
    showSpread(ratio(perRow(contender), perRow(ours)), 1),
  ]);
  const endToEnd = spread(ours.ownRates);
  const bars = contenders.map((contender) => {
    const isOurs = contender.ownRates !== undefined;
    return {
      label: isOurs ? `digitflow score, ${contender.rows.toLocaleString('en')} rows` : contender.name,
      spread: spread(perRow(contender).map((microseconds) => 1e3 / microseconds)),
      isOurs,
    };
  });
  if (versions.pandas === null) bars.push({ label: 'pandas', spread: null });
  const targets = [
    {
      what: 'rows a second, end to end',
      goal: `at least ${LEAST_RATE.toLocaleString('en')}`,
      measured: Math.round(endToEnd.median).toLocaleString('en'),
      met: endToEnd.median >= LEAST_RATE,
    },
  ];
  const parsers = contenders.filter(({ goal }) => typeof goal === 'number');
  for (const contender of parsers) {
    const times = ratio(perRow(contender), perRow(ours)).median;
    targets.push({
      what: `beside ${contender.name}, which only parses`,
      goal: `at least ${contender.goal} times`,
      measured: times.toFixed(1),
      met: times >= contender.goal,
    });
  }
  return {
    title: 'csv: the training set as CSV',
    tables: [
      { head: ['what', 'how', 'thousand rows/s', 'µs a row', 'times digitflow score'], rows },
      ...length.tables,
      ...odd.tables,
    ],
    targets: [...targets, ...length.targets, ...odd.targets],
    notes: [
      `end to end: from when the input is understood and the threads are starting, as digitflow says itself: ${showSpread(endToEnd, 0)} rows/s; all else is whole processes`,
      `${rounds} rounds; median (quartiles); ${(ROWS * REPEATS).toLocaleString('en')} rows for digitflow and DuckDB's sums, ${ROWS.toLocaleString('en')} for the others`,
      'digitflow: start, reading, parsing, the network, order, writing; the others: reading and parsing, started before',
      `settings tried: ${settingsOf()}`,
      'floats and quotes: 240,000 rows for digitflow, the whole process; 20,000 for csv-parse',
      `pandas ${versions.pandas ?? 'is absent: apt-get install python3-pandas'}`,
    ],
    bars: { unit: 'thousand rows/s', digits: 1, bars },
    samples: {
      ...Object.fromEntries(samples),
      ownRates: ours.ownRates,
      length: length.samples,
      odd: odd.samples,
    },
  };
}
