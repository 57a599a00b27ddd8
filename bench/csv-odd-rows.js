import { alternate } from './lib/alternate.js';
import { PIXEL_TEXTS, trainingCsv } from './lib/mnist-csv.js';
import { showSpread } from './lib/report.js';
import { runScore } from './lib/score-run.js';
import { ratio, spread } from './lib/statistics.js';
import { parserRun } from './peers/csv.js';

const ROWS = 20_000;
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
    const file = await trainingCsv({ rows: ROWS, text });
    const found = await alternate(
      [
        { name: 'one', run: () => runScore([file.path], 1) },
        { name: 'two', run: () => runScore([file.path], 2) },
        { name: PARSER, run: () => parserRun(PARSER, SETTING, file) },
      ],
      { rounds, warmups: 0 },
    );
    samples[text] = Object.fromEntries(found);
    const wallMs = (name) => found.get(name).wallMs;
    const rates = ['one', 'two', PARSER].map((name) =>
      showSpread(spread(wallMs(name).map((ms) => ROWS / ms)), 1),
    );
    const times = ratio(wallMs(PARSER), wallMs('one'));
    rows.push([`pixels ${text}`, ...rates, showSpread(times, 1)]);
    targets.push({
      what: `pixels ${text}: one worker beside ${PARSER} alone`,
      goal: 'at least as fast',
      measured: `${times.median.toFixed(1)} times`,
      met: times.median >= 1,
    });
  }
  return {
    tables: [
      {
        head: [
          `${ROWS.toLocaleString('en')} rows, thousand rows/s`,
          'one worker',
          'two workers',
          `${PARSER} alone`,
          'one worker beside it',
        ],
        rows,
      },
    ],
    targets,
    samples,
  };
}
