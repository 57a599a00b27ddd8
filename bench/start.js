import { spawnSync } from 'node:child_process';
import { alternate } from './lib/alternate.js';
import { EXECUTABLE, loadDigitflow } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { ratio, spread } from './lib/statistics.js';

const BARE = 'node -e 0';
const EVALUATE = 'digitflow evaluate';
const GOAL = 2.5;

/**
 * The whole process on the bundled test set, as a user waits for it, beside a Node that does nothing.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureStart({ rounds = 31, log }) {
  // Says what to do where nothing was built.
  await loadDigitflow();
  const contenders = [
    nodeProcess(BARE, ['-e', '0']),
    nodeProcess(EVALUATE, [EXECUTABLE, 'evaluate']),
    nodeProcess(`${EVALUATE} --format json`, [EXECUTABLE, 'evaluate', '--format', 'json']),
    nodeProcess(`${EVALUATE} --workers 1`, [EXECUTABLE, 'evaluate', '--workers', '1']),
    nodeProcess(`${EVALUATE} --workers 2`, [EXECUTABLE, 'evaluate', '--workers', '2']),
    nodeProcess('digitflow --version', [EXECUTABLE, '--version']),
  ];
  const samples = await alternate(contenders, {
    rounds,
    warmups: 2,
    onRound: (round) => log(`start: round ${round + 1} of ${rounds}`),
  });
  const bare = samples.get(BARE).wallMs;
  const rows = contenders.map(({ name }) => {
    const { wallMs } = samples.get(name);
    return [`\`${name}\``, showSpread(spread(wallMs), 0, ' ms'), showSpread(ratio(wallMs, bare), 2)];
  });
  const times = ratio(samples.get(EVALUATE).wallMs, bare).median;
  return {
    title: 'start: the whole process on the test set',
    tables: [{ head: ['process', 'wall clock', `times \`${BARE}\``], rows }],
    targets: [
      {
        what: `\`${EVALUATE}\` beside \`${BARE}\``,
        goal: `at most ${GOAL} times`,
        measured: times.toFixed(2),
        met: times <= GOAL,
      },
    ],
    notes: [`${rounds} rounds; median (quartiles)`],
    bars: {
      unit: 'milliseconds (less is better)',
      digits: 0,
      bars: contenders.map(({ name }) => ({
        label: name,
        spread: spread(samples.get(name).wallMs),
        isOurs: name !== BARE,
      })),
    },
    samples: Object.fromEntries(samples),
  };
}

function nodeProcess(name, args) {
  return {
    name,
    run() {
      const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      if (status !== 0) throw new Error(`${name}: ended with ${status}\n${stderr}`);
    },
  };
}
