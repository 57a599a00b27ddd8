import { layoutMemory } from '../../src/engine/layout.js';
import type { Normalized, PixelRecords, Reading } from '../../src/engine/records.js';
import { Slots } from '../../src/engine/slots.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { randomNetwork } from './random-network.js';

/** A pass over an input named `x`, of images of 2 x 2 pixels where nothing else is said. */
export function testReading(changes: Partial<Reading> = {}): Reading {
  return {
    ...{ input: 0, name: 'x', transposed: null, dialect: null, linesBefore: 0, dataStart: 0, storedBytes: 4 },
    decode: () => [],
    ...changes,
  };
}

/** The one pass that all `tinyRecords` are of, if nothing else is said. */
export const tinyReading = testReading();

/** A network for images of 2 x 2 pixels, three classes. */
export const tinyNetwork = randomNetwork({
  seed: 1,
  height: 2,
  width: 2,
  outputs: [3],
  hidden: 'sigmoid',
  last: 'sigmoid',
});

/** Slots for 2 x 2 images. */
export function tinySlots(slotCount: number, recordsPerSlot: number): Slots {
  const layout = layoutMemory(tinyNetwork, { slotCount, recordsPerSlot });
  return new Slots(new SharedArrayBuffer(layout.bytes), layout);
}

/** `count` records of 2 x 2 pixels from index `first`; every pixel and label tells its record. */
export function tinyRecords(
  first: number,
  count: number,
  reading: Reading = tinyReading,
): Normalized<PixelRecords> {
  return {
    reading,
    first,
    count,
    pixels: Uint8Array.from({ length: count * 4 }, (_, i) => first + (i >> 2)),
    labels: Uint8Array.from({ length: count }, (_, i) => (first + i) % 3),
    normalization: UNIT_BRIGHTNESS,
  };
}
