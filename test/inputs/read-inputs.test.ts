import { createReadStream, fstatSync } from 'node:fs';
import type { Subscription } from 'rxjs';
import { expect, test } from 'vitest';
import type { Piece } from '../../src/engine/records.js';
import { InputReader } from '../../src/inputs/read-inputs.js';
import { openImages, permitsOf } from './drain.js';
import { tempFile } from './temp-folder.js';

const settled = () => new Promise(setImmediate);
const network = { image: { height: 1, width: 1 }, classes: ['a', 'b'] };

/** A reader of one file, read by workers, or of the same as a stream. */
async function readerOf(text: string, isFile = true) {
  const path = await tempFile(Buffer.from(text), 'rows');
  const { input } = await openImages(
    { images: isFile ? path : createReadStream(path) },
    { network, reading: { label: 'none' } },
  );
  return new InputReader(async (index) => (index === 0 ? input : null));
}

test('a file is given away in stretches, and what workers read of it stays open until they have', async () => {
  const source = await readerOf('1\n'.repeat(20));
  const given: Piece[] = [];
  let subscription: Subscription | undefined;
  await new Promise<void>((resolve) => {
    subscription = source.pieces(permitsOf(0)).subscribe((piece) => {
      // As a batch does.
      piece.stretch?.file.retain();
      given.push(piece);
      if (given.length === 2) resolve();
    });
  });
  subscription?.unsubscribe();
  await settled();
  expect(given.map(({ position, stretch }) => [position, stretch?.byteCount, stretch?.isAtRow])).toEqual([
    [0, 10, true],
    [10, 10, false],
  ]);
  const [first, second] = given.map(({ stretch }) => stretch ?? expect.fail('these are stretches'));
  first.file.release();
  expect(second.file.byteAt(11)).toBe(0x0a);
  second.file.release();
  expect(() => fstatSync(second.fd)).toThrow('EBADF');
  expect(source.isComplete).toBe(false);
});

test('a stream is cut here, at row ends, and is complete when it has ended', async () => {
  const source = await readerOf('12\n3\n4', false);
  const texts: string[] = [];
  await source.pieces(permitsOf(0)).forEach(({ bytes, position }) => {
    texts.push(`${position}: ${Buffer.from(bytes)}`);
  });
  expect(texts).toEqual(['0: 12\n3\n', '5: 4']);
  expect(source.isComplete).toBe(true);
});

test('nothing is read before there is room for it', async () => {
  const source = await readerOf('1\n'.repeat(20));
  const given: Piece[] = [];
  const permits: (() => void)[] = [];
  const whenFree = () => new Promise<void>((resolve) => permits.push(resolve));
  const subscription = source.pieces({ ...permitsOf(0), whenFree }).subscribe((piece) => given.push(piece));
  while (permits.length === 0) await settled();
  expect(given).toHaveLength(0);
  permits[0]();
  while (permits.length === 1) await settled();
  expect(given).toHaveLength(1);
  subscription.unsubscribe();
});
