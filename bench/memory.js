import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { repeatedTrainingSet } from './lib/mnist.js';
import { EXECUTABLE, loadDigitflow } from './lib/product.js';
import { spread } from './lib/statistics.js';

const COUNTS = [10_000, 60_000, 600_000, 2_400_000];
const GOAL_MB = 150;
const PRELOADED = fileURLToPath(new URL('./lib/peak-memory.cjs', import.meta.url));

const WAYS = {
  file: { args: ({ plain }) => [plain.images, plain.labels] },
  'file, gzipped': { args: ({ packed }) => [packed.images, packed.labels] },
  'stdin, a file': { args: ({ plain }) => ['-', plain.labels], redirected: ({ plain }) => plain.images },
  'stdin, a pipe': { args: ({ plain }) => ['-', plain.labels], piped: ({ plain }) => plain.images },
};

/**
 * The most memory that `digitflow evaluate` ever has, however long its input.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureMemory({ rounds = 3, log }) {
  await loadDigitflow();
  const samples = {};
  for (const count of COUNTS) {
    log(`memory: ${count.toLocaleString('en')} images`);
    const files = {
      plain: await repeatedTrainingSet(count),
      packed: await repeatedTrainingSet(count, { gzip: true }),
    };
    for (const [way, { args, redirected, piped }] of Object.entries(WAYS)) {
      samples[way] ??= {};
      samples[way][count] = [];
      for (let round = 0; round < rounds; round++) {
        const input = { redirected: redirected?.(files), piped: piped?.(files) };
        samples[way][count].push(await peakMB(args(files), count, input));
      }
    }
  }
  const all = Object.values(samples).flatMap((byCount) => Object.values(byCount).flat());
  const most = Math.max(...all);
  return {
    title: 'memory: the peak, whatever the length',
    tables: [
      {
        head: ['input, MB', ...COUNTS.map((count) => `${count.toLocaleString('en')} images`)],
        rows: Object.entries(samples).map(([way, byCount]) => [
          way,
          ...COUNTS.map((count) => {
            const { median, most } = spread(byCount[count]);
            return `${median.toFixed(0)} (at most ${most.toFixed(0)})`;
          }),
        ]),
      },
    ],
    targets: [
      {
        what: 'peak of all',
        goal: `under ${GOAL_MB} MB`,
        measured: `${most.toFixed(0)} MB`,
        met: most < GOAL_MB,
      },
    ],
    notes: [
      `${rounds} runs each; median (most); resident memory of the whole process in units of 1,000,000 bytes`,
      'workers as digitflow chooses them: none for 10,000 images, one for 60,000, all cores above',
    ],
    bars: {
      unit: 'MB (less is better)',
      digits: 0,
      bars: Object.entries(samples).flatMap(([way, byCount]) =>
        COUNTS.map((count) => ({
          label: `${way}, ${count.toLocaleString('en')} images`,
          spread: spread(byCount[count]),
          isOurs: true,
        })),
      ),
    },
    samples,
  };
}

async function peakMB(args, count, { redirected, piped }) {
  const source = piped === undefined ? null : spawn('cat', [piped], { stdio: ['ignore', 'pipe', 'inherit'] });
  const redirection = redirected === undefined ? null : await open(redirected);
  const child = spawn(
    process.execPath,
    ['--require', PRELOADED, EXECUTABLE, 'evaluate', ...args, '--format', 'json', '--quiet'],
    { stdio: [source?.stdout ?? redirection?.fd ?? 'ignore', 'pipe', 'inherit', 'pipe'] },
  );
  source?.stdout.destroy();
  const ended = once(child, 'close');
  const [stdout, peak] = await Promise.all([text(child.stdout), text(child.stdio[3])]);
  const [code] = await ended;
  await redirection?.close();
  if (code !== 0) throw new Error(`digitflow evaluate ${args.join(' ')}: ended with ${code}`);
  const { images } = JSON.parse(stdout);
  if (images !== count) throw new Error(`expected ${count} images to be evaluated, found ${images}`);
  return (Number(peak) * 1024) / 1e6;
}
