import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInferRequest } from '../../src/serving/infer/infer-request.js';
import { parseRequest } from '../../src/serving/infer/parse-request.js';
import { network } from '../helpers/scoring.js';

const COUNT = 784;
const pixels = Array.from({ length: COUNT }, (_, at) => (at * 7) % 256);
const text = (data: unknown, changes: object = {}): string =>
  JSON.stringify({ inputs: [{ name: 'pixels', datatype: 'UINT8', shape: [1, COUNT], data }], ...changes });

/** What a text means; of what is no JSON no more than that. */
function meaning(json: string): unknown {
  try {
    const { pixels, ...rest } = readInferRequest(Buffer.from(json), undefined, network);
    return { ...rest, pixels: Array.from(pixels) };
  } catch (error) {
    return String(error).replace(/found none .*/s, '');
  }
}

function dataOf(json: string): unknown {
  const { inputs } = parseRequest(Buffer.from(json)) as { inputs: { data: unknown }[] };
  return inputs[0].data;
}

test('pixels are taken as bytes, whatever space is between them', () => {
  const spaced = text(pixels).replaceAll(/[,:[\]]/g, ' \n$&\r\t');
  for (const json of [text(pixels), spaced]) expect(dataOf(json)).toEqual(Buffer.from(pixels));
});

test.each([
  ['escapes', text(pixels, { id: '"' })],
  ['another data', text(pixels, { parameters: { data: [1] } })],
  ['data of another place', `{"data":[1],"inputs":[{"datatype":"UINT8","data":[2]}]}`],
  ['a key that ends so', '{"inputs":[{"datatype":"UINT8","data\\"data":[1],"data":[2]}]}'],
  ['fractions', text(pixels.map((pixel) => pixel / 255)).replace('UINT8', 'FP32')],
  ['whole numbers that are fractions', text([0, 1]).replace('UINT8', 'FP32')],
  ['rows', text([pixels])],
  ['more than a pixel is', text([256])],
  ['less', text([-1])],
  ['nothing', text([])],
])('all is parsed where there is more to it: %s', (_, json) => {
  expect(dataOf(json)).toEqual(JSON.parse(json).inputs[0].data);
});

test('a text means what JSON.parse makes of it, whatever is changed in it', () => {
  const parts = [
    '"data":[',
    '[',
    ']',
    ',',
    ' ',
    '0',
    '00',
    '7',
    '256',
    '-',
    '.5',
    'e1',
    '"',
    '\\',
    '{',
    '}',
    'é',
    ':',
    '"data"',
  ];
  const change = fc.record({
    at: fc.nat(60),
    isEnd: fc.boolean(),
    part: fc.constantFrom(...parts),
    drop: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 3 }), fc.constantFrom('x', 'data', ''), (changes, id) => {
      let json = text(pixels, { id });
      for (const { at, isEnd, part, drop } of changes) {
        const from = isEnd ? Math.max(0, json.length - at) : at + 20;
        json = json.slice(0, from) + part + json.slice(from + drop);
      }
      // The same, but for an escape, which asks for JSON.parse.
      expect(meaning(json)).toEqual(meaning(json.replaceAll('"data"', '"d\\u0061ta"')));
    }),
    { numRuns: 500 },
  );
});
