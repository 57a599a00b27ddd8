import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Claims } from '../../src/outputs/claims.js';

let folder: string;
let out: string;
const children: ChildProcess[] = [];
const claims: Claims[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  out = join(folder, 'out');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const claim of claims.splice(0)) claim.release();
  rmSync(folder, { recursive: true });
});

function claim(...paths: string[]): Claims {
  const made = new Claims(paths);
  claims.push(made);
  return made;
}

/** The one ticket of an output, as its parts. */
function ticketOf(path: string): string[] {
  const [name, ...others] = readdirSync(`${path}.lock`);
  expect(others).toEqual([]);
  return name.split(',');
}

/** A ticket of this process in the eyes of the system, but for what is given. */
function forge(change: { pid?: number; start?: string; place?: string }): string {
  const mine = claim(join(folder, 'other'));
  const [pid, start, , place] = ticketOf(join(folder, 'other'));
  mine.release();
  const parts = { pid, start, unique: 'forged', place, ...change };
  mkdirSync(`${out}.lock`);
  const ticket = join(`${out}.lock`, Object.values(parts).join(','));
  writeFileSync(ticket, '');
  return ticket;
}

describe('an output', () => {
  test('is claimed once, under any name, and free again afterwards without a trace', () => {
    writeFileSync(out, 'as it was');
    const first = claim(out, join(folder, 'new'));
    const busy = expect.objectContaining({
      code: 'OUTPUT_BUSY',
      exitCode: 74,
      message: expect.stringContaining(`found process ${process.pid}; wait for its end, or give another`),
    });
    for (const path of [out, join(folder, '.', 'out'), join(folder, 'new')]) {
      expect(() => new Claims([join(folder, 'free'), path])).toThrow(busy);
      expect(existsSync(join(folder, 'free.lock'))).toBe(false);
    }
    first.check();
    first.release();
    first.release();
    claim(out).release();
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readFileSync(out, 'utf8')).toBe('as it was');
  });

  test('that is no file belongs to nobody', () => {
    claim('/dev/null');
    claim('/dev/null');
    claim(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('in a folder that is not there is refused', () => {
    expect(() => new Claims([join(folder, 'missing', 'out')])).toThrow('there is no such folder');
  });

  test('that another run has taken over is left to it', () => {
    const first = claim(out);
    rmSync(`${out}.lock`, { recursive: true });
    claim(out);
    expect(() => first.check()).toThrow(expect.objectContaining({ code: 'OUTPUT_BUSY' }));
  });
});

describe('a claim of another process', () => {
  test('holds while that is alive, however long it says nothing', () => {
    const ticket = forge({});
    utimesSync(ticket, 0, 0);
    expect(() => claim(out)).toThrow('expected no other run that writes it');
  });

  test('that has ended, and whose number no one has, is dropped', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    const ticket = forge({ pid: child.pid as number });
    claim(out);
    expect(existsSync(ticket)).toBe(false);
  });

  test.runIf(existsSync('/proc/self/stat'))(
    'that has ended, and whose number another has, is dropped',
    () => {
      const ticket = forge({ start: '1' });
      claim(out);
      expect(existsSync(ticket)).toBe(false);
    },
  );

  test.runIf(existsSync('/proc/self/stat'))(
    'that was killed, and waits for its parent, is dropped',
    async () => {
      // What takes the shell's place does not ask how its child ended, as the shell itself would.
      const child = spawn('sh', ['-c', 'sleep 100 & echo $!; exec sleep 100']);
      children.push(child);
      const [text] = await once(child.stdout, 'data');
      const pid = Number(text);
      const stat = () =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
      await expect.poll(() => readFileSync(`/proc/${child.pid}/comm`, 'utf8')).toBe('sleep\n');
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => stat()[0]).toBe('Z');
      forge({ pid, start: stat()[19] });
      claim(out);
      expect(ticketOf(out)[0]).toBe(`${process.pid}`);
    },
  );

  test('elsewhere holds for as long as it shows that it lives', () => {
    const ticket = forge({ place: encodeURIComponent('far-away boot pid:[1]') });
    expect(() => claim(out)).toThrow(
      new RegExp(
        `found process ${process.pid} of far-away; .*; if that is over, wait 30 seconds, or remove ${out}.lock$`,
      ),
    );
    expect(existsSync(ticket)).toBe(true);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(ticket, longAgo, longAgo);
    claim(out);
    expect(existsSync(ticket)).toBe(false);
  });
});
