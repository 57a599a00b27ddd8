import { rmSync } from 'node:fs';
import { alternate } from './lib/alternate.js';
import { PIXEL_TEXTS, trainingCsv } from './lib/mnist-csv.js';
import { showSpread } from './lib/report.js';
import { runScore } from './lib/score-run.js';
import { ratio, spread } from './lib/statistics.js';
import { parserRun } from './peers/csv.js';

const ROWS = 20_000;
/** A run of ours should be long beside its start. */
const REPEATS = 12;
const GOAL_TWO = 1.5;
const PARSER = 'csv-parse';
const SETTING = 'a stream';

/** Rows of fractions, of `255.0` and of quoted numbers: digitflow with one worker and two beside csv-parse, which only parses. */
export async function measureOddRows({ rounds, log }) {
  const texts = Object.keys(PIXEL_TEXTS).filter((text) => text !== 'bytes');
  const samples = {};
  const rows = [];
  const targets = [];
  for (const text of texts) {
    log(`csv: pixels ${text}`);
    const once = await trainingCsv({ rows: ROWS, text });
    const file = await trainingCsv({ rows: ROWS, repeats: REPEATS, text });
    const found = await alternate(
      [
        { name: 'one', run: () => runScore([file.path], 1) },
        { name: 'two', run: () => runScore([file.path], 2) },
        { name: PARSER, run: () => parserRun(PARSER, SETTING, once) },
      ],
      { rounds, warmups: 0 },
    );
    samples[text] = Object.fromEntries(found);
    rmSync(once.path);
    rmSync(file.path);
    const perRow = (name) =>
      found.get(name).wallMs.map((ms) => ms / (name === PARSER ? once.rows : file.rows));
    const names = ['one', 'two', PARSER];
    const rates = names.map((name) => showSpread(spread(perRow(name).map((ms) => 1 / ms)), 1));
    const times = ratio(perRow(PARSER), perRow('one'));
    const scaling = ratio(perRow('one'), perRow('two'));
    rows.push([`pixels ${text}`, ...rates, showSpread(times, 1), showSpread(scaling, 2)]);
    targets.push(
      {
        what: `pixels ${text}: one worker beside ${PARSER} alone`,
        goal: 'at least as fast',
        measured: `${times.median.toFixed(1)} times`,
        met: times.median >= 1,
      },
      {
        what: `pixels ${text}: two workers beside one`,
        goal: `at least ${GOAL_TWO} times`,
        measured: `${scaling.median.toFixed(2)} times`,
        met: scaling.median >= GOAL_TWO,
      },
    );
  }
  return {
    tables: [
      {
        head: [
          'thousand rows/s',
          'one worker',
          'two workers',
          `${PARSER} alone`,
          `one worker beside ${PARSER}`,
          'two beside one',
        ],
        rows,
      },
    ],
    targets,
    samples,
  };
}
