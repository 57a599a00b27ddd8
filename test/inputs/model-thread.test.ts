import { describe, expect, test } from 'vitest';
import { readApart } from '../../src/inputs/models/model-thread.js';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fileOf = (bytes: Uint8Array) =>
  ({ bytes, name: 'net.json', path: null, format: 'json', flags: {} }) as const;

// Numbers of many digits in lists of one: each takes many times what it takes as text.
const large = encode({
  sizes: [784, 10],
  weights: Array.from({ length: 1_000_000 }, (_, i) => [i + 0.123]),
  biases: [],
});

describe('a thread that reads a network', () => {
  test('is ended where it takes more memory than it may', async () => {
    await expect(
      readApart(fileOf(large), undefined, { heapMb: 16, patienceMs: 60_000 }),
    ).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'net.json: expected a network, found one that takes more than 16 MB to read; export it again',
    });
  });

  test('is ended where it takes longer than it may', async () => {
    await expect(readApart(fileOf(large), undefined, { heapMb: 256, patienceMs: 0 })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: 'net.json: expected a network, found one that is not read after 0 s; export it again',
    });
  });

  test('says what is wrong with the file where it may take what it takes', async () => {
    // As much time as a busy machine needs.
    const limits = { heapMb: 256, patienceMs: 200_000 };
    await expect(readApart(fileOf(large), undefined, limits)).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(/^net\.json: sizes \[784,10\]: /),
    });
  });

  test('is ended with the reason of a signal', async () => {
    const reason = new Error('enough');
    await expect(readApart(fileOf(large), AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = readApart(fileOf(large), controller.signal);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});
