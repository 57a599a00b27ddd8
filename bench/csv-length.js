import { showSpread } from './lib/report.js';
import { countLines, runScore } from './lib/score-run.js';
import { ratio, spread } from './lib/statistics.js';

const WORKERS = 2;
const GOAL_RATIO = 1.05;
const GOAL_MB = 200;

/** 1,020,000 rows, and ten times as many: files given again and again. */
const LENGTHS = [
  { name: '1 million', longs: 1, shorts: 2 },
  { name: '10 million', longs: 11, shorts: 5 },
];

/** How the time and the memory of `digitflow score` grow with its input. */
export async function measureLength({ short, long, rounds, log }) {
  const samples = Object.fromEntries(LENGTHS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    log(`csv: length, round ${round + 1} of ${rounds}`);
    for (const { name, longs, shorts } of LENGTHS) {
      const files = [...Array(longs).fill(long.path), ...Array(shorts).fill(short.path)];
      const rows = longs * long.rows + shorts * short.rows;
      const { wallMs, peakMB, out } = await runScore(files, WORKERS);
      const lines = await countLines(out);
      if (lines !== rows + 1) throw new Error(`expected ${rows} rows, found ${lines - 1}`);
      samples[name].push({ rows, peakMB, secondsPerMillion: (wallMs * 1000) / rows });
    }
  }
  const secondsOf = (name) => samples[name].map(({ secondsPerMillion }) => secondsPerMillion);
  const [one, ten] = LENGTHS.map(({ name }) => secondsOf(name));
  const growth = ratio(ten, one).median;
  const most = Math.max(...Object.values(samples).flatMap((runs) => runs.map(({ peakMB }) => peakMB)));
  return {
    tables: [
      {
        head: ['rows', 'seconds per million rows', 'peak memory, MB'],
        rows: LENGTHS.map(({ name }) => [
          `${name} (${samples[name][0].rows.toLocaleString('en')})`,
          showSpread(spread(secondsOf(name)), 3),
          showSpread(spread(samples[name].map(({ peakMB }) => peakMB)), 0),
        ]),
      },
    ],
    targets: [
      {
        what: 'seconds per million rows, at 10 million beside 1 million',
        goal: `at most ${GOAL_RATIO} times`,
        measured: growth.toFixed(3),
        met: growth <= GOAL_RATIO,
      },
      {
        what: 'peak memory of all',
        goal: `under ${GOAL_MB} MB`,
        measured: `${most.toFixed(0)} MB`,
        met: most < GOAL_MB,
      },
    ],
    samples,
  };
}
