import { spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { imagesIdx } from './idx-bytes.js';
import { tempFile, tempFolder } from './temp-folder.js';

const DRAIN = fileURLToPath(new URL('./drain.ts', import.meta.url));

/** Reads images from stdin and prints their count, their bytes and their digest, or the error's code. */
const PROGRAM = `
  import { openImages, permitsOf } from ${JSON.stringify(DRAIN)};
  const limit = Number(process.argv[2] ?? Infinity);
  openImages({ images: '-' }).then(({ inputs, input }) => {
    let bytes = 0;
    const print = () => console.log(input.name, input.records, bytes);
    const subscription = inputs.pieces(permitsOf(4096)).subscribe({
      next: (piece) => {
        if (piece.fault) console.log(piece.fault.code);
        bytes += piece.bytes.length;
        if (bytes < limit) return;
        subscription.unsubscribe();
        print();
      },
      complete: () => inputs.isComplete && print(),
    });
  }, (error) => console.log(error.code));
`;

let program = '';

beforeAll(async () => {
  program = await built(PROGRAM);
});

async function built(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  return outputFiles[0].text;
}

async function programFile(code = program): Promise<string> {
  return join(await tempFolder({ 'program.mjs': Buffer.from(code) }), 'program.mjs');
}

async function readFromFile(path: string, code?: string): Promise<string> {
  const handle = await open(path, 'r');
  const child = spawn(process.execPath, [await programFile(code)], {
    stdio: [handle.fd, 'pipe', 'inherit'],
  });
  const output = child.stdout === null ? '' : await text(child.stdout);
  await handle.close();
  return output.trim();
}

async function readFromPipe(path: string): Promise<string> {
  const child = spawn(process.execPath, [await programFile()], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), pipeline(createReadStream(path), child.stdin)]);
  return output.trim();
}

describe.each([
  ['a file', (path: string) => readFromFile(path)],
  ['a pipe', readFromPipe],
])('stdin that is %s', (_, read) => {
  it('is read to its end', async () => {
    expect(await read(await tempFile(imagesIdx(200, 28, 28)))).toBe('stdin 200 156800');
  });

  it('is unpacked when it is gzip', async () => {
    expect(await read(await tempFile(gzipSync(imagesIdx(200, 28, 28))))).toBe('stdin 200 156800');
  });

  it('is refused when it is truncated', async () => {
    expect(await read(await tempFile(imagesIdx(200, 28, 28).subarray(0, -1)))).toBe('IDX_TRUNCATED');
  });

  it('is refused when bytes follow', async () => {
    const bytes = Uint8Array.from([...imagesIdx(20, 28, 28), 0]);
    expect(await read(await tempFile(bytes))).toBe('IDX_TRAILING_BYTES');
  });

  it('is refused when it is empty', async () => {
    expect(await read(await tempFile(new Uint8Array(0)))).toBe('CSV_EMPTY');
  });
});

describe('stdin that is a file', () => {
  it('is read from where the shell has left it', async () => {
    const path = await tempFile(Buffer.concat([Buffer.from('a line\n'), imagesIdx(200, 28, 28)]));
    const script = `{ read line; exec "$0" "$1"; } < "$2"`;
    const child = spawn('bash', ['-c', script, process.execPath, await programFile(), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect((await text(child.stdout)).trim()).toBe('stdin 200 156800');
  });
});

// Linux alone tells that stdin is a file at its start.
it.runIf(existsSync('/proc/self/fdinfo/0'))(
  'stdin that is a file is read whole where another process moves on in it meanwhile',
  async () => {
    const first = fileURLToPath(new URL('../../src/inputs/first-bytes.ts', import.meta.url));
    const moved = await built(`
      import { readSync } from 'node:fs';
      import { readFirstBytes } from ${JSON.stringify(first)};
      const first = await readFirstBytes('-');
      // The place where a file stands is one for all that share it.
      readSync(0, Buffer.alloc(100), 0, 100, null);
      const content = await first.content();
      let bytes = 0;
      for (let piece; (piece = await content.pull()) !== null; ) bytes += piece.length;
      await content.close();
      console.log(bytes);
    `);
    expect(await readFromFile(await tempFile(imagesIdx(200, 28, 28)), moved)).toBe(`${16 + 156_800}`);
  },
);

describe('stdin that stays open', () => {
  it('does not keep the process alive when it is no longer read', async () => {
    const child = spawn(process.execPath, [await programFile(), '784'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.write(imagesIdx(2, 28, 28).subarray(0, 16 + 784));
    expect((await text(child.stdout)).trim()).toBe('stdin 2 784');
    child.stdin.destroy();
  });
});
