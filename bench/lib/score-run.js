import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './mnist.js';
import { EXECUTABLE } from './product.js';

const PRELOADED = fileURLToPath(new URL('./peak-memory.cjs', import.meta.url));

/**
 * `digitflow score` as its users run it, from its start to its end, into a file.
 *
 * @param {readonly string[]} files
 * @param {number} workers
 * @returns {Promise<{ wallMs: number, ownRate: number, peakMB: number, out: string }>} `ownRate`: the rows a second that it
 *   says itself, counted from when its threads are being started; `out` is overwritten by the next run
 */
export async function runScore(files, workers) {
  const out = join(temporaryFolder(), 'predictions.csv');
  // To empty an old file takes time that is none of ours.
  rmSync(out, { force: true });
  const args = ['score', ...files, '--workers', `${workers}`, '--out', out];
  const startMs = performance.now();
  // Not --quiet: progress is what users have too.
  const child = spawn(process.execPath, ['--require', PRELOADED, EXECUTABLE, ...args], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  });
  const [words, peak, [code]] = await Promise.all([
    text(child.stderr),
    text(child.stdio[3]),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`digitflow score: ended with ${code}\n${words}`);
  const wallMs = performance.now() - startMs;
  const ownRate = Number(/([\d,]+) rows\/s/.exec(words)?.[1].replaceAll(',', ''));
  return { wallMs, ownRate, peakMB: (Number(peak) * 1024) / 1e6, out };
}

/** @param {string} path @returns {Promise<number>} how many lines a file has */
export async function countLines(path) {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}
