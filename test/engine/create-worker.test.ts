import { expect, test } from 'vitest';
import { createWorker } from '../../src/engine/create-worker.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { randomNetwork } from '../helpers/random-network.js';

const TEXT_BYTES = 2 ** 21;
/** Unused columns after the pixels: black, too. */
const SPARE = 40;

test.each([
  [28, 28],
  [16, 16],
  [5, 8],
])(
  'the last row of a full piece of %i x %i pixels ends within its region, wherever its last block begins',
  (height, width) => {
    const pixelCount = height * width;
    const network = randomNetwork({
      ...{ seed: 3, height, width, outputs: [16, 10] },
      ...({ hidden: 'sigmoid', last: 'sigmoid' } as const),
    });
    const text = { textBytes: TEXT_BYTES, stretchBytes: TEXT_BYTES, withIds: false };
    const shared = new SharedNetwork(network, { slotCount: 1, text });
    shared.placeFor(network.normalization);
    plantCanaries(shared.memory.buffer, shared.layout);
    const score = createWorker(shared);
    const [slot] = shared.layout.slots;
    const records =
      shared.layout.text?.pieceRecords ?? expect.fail('a layout for text says how many rows are a piece');
    const at = slot.text?.text ?? expect.fail('a slot for text has a place for it');
    const dialect: CsvDialect = {
      ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: pixelCount + SPARE, firstPixel: 0 },
      ...{ pixelCount, black: 0, white: 255, transposed: null, label: null, idColumn: null },
    };
    for (let bright = 0; bright < 40; bright++) {
      const row = Array.from({ length: pixelCount + SPARE }, (_, i) => (i < bright ? '123' : '0')).join(',');
      const fitting = Math.min(records, Math.floor(TEXT_BYTES / (row.length + 1)));
      const content = Buffer.from(`${row}\n`.repeat(fitting));
      new Uint8Array(shared.memory.buffer).set(content, at);
      expect(score({ slot: 0, dialect, byteCount: content.length })).toMatchObject({ records: fitting });
      if (pixelCount > SPARE) expect(fitting).toBe(records);
      expectCanariesAlive(shared.memory.buffer, shared.layout);
    }
  },
);
