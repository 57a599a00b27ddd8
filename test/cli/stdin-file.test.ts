import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliResult, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { imagesIdx } from '../inputs/idx-bytes.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

/** As the shell's `< path`. */
async function runWith(path: string, args: readonly string[]): Promise<CliResult> {
  const file = await open(path);
  try {
    return await runCli(args, { stdin: file.fd });
  } finally {
    await file.close();
  }
}

test('images from stdin that is a file need labels, and it is called stdin', async () => {
  const { stderr, exitCode } = await runWith(await tempFile(imagesIdx(2, 28, 28)), ['evaluate', '-']);
  expect(stderr).toBe('digitflow: images from stdin need labels: give the path of their labels as well\n');
  expect(exitCode).toBe(2);
});

// Linux alone tells that stdin is a file at its start.
describe.runIf(existsSync('/proc/self/fdinfo/0'))('a run over stdin that is a file', () => {
  test('is resumed with that file, and with nothing else', async () => {
    const rows = digitsCsv({ count: 60 }).trimEnd().split('\n');
    const bytes = Buffer.from(rows.map((row, i) => (i === 40 ? '7,1,2\n' : `${row}\n`)).join(''));
    const folder = await tempFolder({ 'rows.csv': bytes, 'short.csv': bytes.subarray(0, 5000) });
    const [rowsPath, out] = [join(folder, 'rows.csv'), join(folder, 'out.csv')];
    const args = ['score', '-', '--batch-size', '8', '--quiet', '--out', out];
    const skip = [...args, '--on-error', 'skip'];
    expect((await runWith(rowsPath, skip)).exitCode).toBe(65);
    const whole = readFileSync(out, 'utf8');

    expect((await runWith(rowsPath, args)).exitCode).toBe(65);
    const stopped = readFileSync(out, 'utf8');
    expect(stopped.length).toBeGreaterThan(100);
    const expected = `expected stdin of ${bytes.length} bytes (as the run began), found`;
    const refused = async (run: Promise<CliResult>, found: string) => {
      const { stderr, exitCode } = await run;
      expect(stderr).toContain(found);
      expect(exitCode).toBe(65);
      expect(readFileSync(out, 'utf8')).toBe(stopped);
    };
    await refused(runCli([...skip, '--resume'], { input: bytes }), `${expected} an unknown size`);
    await refused(runWith(join(folder, 'short.csv'), [...skip, '--resume']), `${expected} 5000 bytes`);
    expect((await runWith(rowsPath, [...skip, '--resume'])).exitCode).toBe(65);
    expect(readFileSync(out, 'utf8')).toBe(whole);
  });
});
