import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/formats/pictures/png-chunks.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { type Change, changeNetwork, inputOf } from '../../src/insight/what-if.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { detectorOf, inPlaceOf, presetOf } from '../../src/views/draw/live/handmade/handmade.js';
import { Pad } from '../../src/views/draw/live/pad.js';
import { PLACEMENTS } from '../../src/views/draw/live/placement.js';
import {
  fromLink,
  LinkError,
  type LinkPage,
  linkOf,
  MOST_LINK,
  type Shared,
} from '../../src/views/draw/live/share/link.js';
import { testPixels } from '../helpers/mnist.js';

const networks = ['sigmoid', 'relu'].map((name) => {
  const { network } = openModel(name);
  return { name, network };
});
const page = { data: { networks }, pad: new Pad(networks[0].network.image) };
const { layers } = networks[0].network;

const place = fc
  .integer({ min: 1, max: 3 })
  .chain((layer) => fc.record({ layer: fc.constant(layer), neuron: fc.nat(layers[layer - 1].outputs - 1) }));
const value = fc.oneof(
  fc.integer({ min: -40_000, max: 40_000 }).map((thousandths) => thousandths / 1000),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const weight = fc
  .record({ place, value, at: fc.nat(783) })
  .map(({ place: { layer, neuron }, value: to, at }) => {
    const input = at % layers[layer - 1].inputs;
    return { kind: 'weight', layer, neuron, input, value: to } as const;
  });
const pixel = fc.record({ row: fc.nat(27), column: fc.nat(27) });
const change: fc.Arbitrary<Change> = fc.oneof(
  weight,
  fc.record({ kind: fc.constant('weight'), layer: fc.constant(1), neuron: fc.nat(15), input: pixel, value }),
  fc.record({ place, value }).map((of) => ({ kind: 'bias', ...of.place, value: of.value }) as const),
  place.map((of) => ({ kind: 'silence', ...of }) as const),
  fc.record({
    kind: fc.constant('activation'),
    layer: fc.integer({ min: 1, max: 3 }),
    activation: fc.constantFrom(...ACTIVATIONS),
  }),
  fc.record({ kind: fc.constant('shuffle'), layer: fc.integer({ min: 1, max: 3 }), seed: fc.nat(2 ** 31) }),
);

const point = fc.record({ y: fc.double({ min: -9, max: 149, noNaN: true }), x: fc.nat(140) });
const strokes = fc
  .array(fc.tuple(fc.array(point, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.nat(40)), {
    maxLength: 4,
  })
  .map((lines) => {
    const pad = new Pad(networks[0].network.image);
    for (const [points, isErased, tenths] of lines) {
      for (const [i, to] of points.entries())
        pad.stroke(points[Math.max(0, i - 1)], to, 1 + tenths / 10, isErased);
    }
    return pad.pixels;
  });
const painted = fc.uint8Array({ minLength: 784, maxLength: 784 }).map((image) => {
  const pad = new Pad(networks[0].network.image);
  pad.show(image.map((shade, i) => (i % 3 === 0 ? shade : 0)));
  return pad.pixels;
});
const spotted = fc.array(fc.tuple(fc.nat(19_599), fc.nat(255)), { maxLength: 60 }).map((spots) => {
  const pixels = new Uint8Array(140 * 140);
  for (const [at, shade] of spots) pixels[at] = shade;
  return pixels;
});

const shared: fc.Arbitrary<Shared> = fc.record({
  current: fc.nat(1),
  placement: fc.constantFrom(...PLACEMENTS),
  language: fc.constantFrom('en' as const, 'ja' as const),
  selected: fc.option(place),
  changes: fc.tuple(fc.array(change, { maxLength: 30 }), fc.array(change, { maxLength: 3 })),
  pixels: fc.oneof(strokes, painted, spotted),
});

/** Pixels by their rows and columns come back as numbers. */
function numbered(state: Shared): Shared {
  const { network } = networks[0];
  const changes = state.changes.map((list) =>
    list.map((of) => (of.kind === 'weight' ? { ...of, input: inputOf(network, of) } : of)),
  );
  return { ...state, changes };
}

/** As a link that came through is: its sum fits. */
function sealed(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return `1${Buffer.concat([sum, bytes]).toString('base64url')}`;
}

test('every drawing, every list of changes and every choice comes back from a link', () => {
  let fitted = 0;
  fc.assert(
    fc.property(shared, (state) => {
      const link = linkOf(state, page);
      expect(link).toMatch(/^[\w-]+$/);
      if (link.length > MOST_LINK) {
        expect(() => fromLink(link, page)).toThrow(LinkError);
        return;
      }
      fitted++;
      expect(fromLink(link, page)).toEqual(numbered(state));
    }),
    { numRuns: 40 },
  );
  expect(fitted).toBeGreaterThan(10);
});

const drawn: Shared = {
  current: 1,
  placement: 'boxed',
  language: 'ja',
  selected: { layer: 2, neuron: 7 },
  changes: [
    [{ kind: 'silence', layer: 1, neuron: 3 }],
    [{ kind: 'bias', layer: 3, neuron: 9, value: -1.25 }],
  ],
  pixels: eight(),
};

/** As a hand draws it: many short pieces that shake. */
function eight(): Uint8Array {
  const pad = new Pad(networks[0].network.image);
  const at = (i: number) => {
    const turn = (2 * Math.PI * i) / 120;
    return { y: 70 - 50 * Math.cos(turn) + (i % 3) * 0.4, x: 70 + 28 * Math.sin(2 * turn) + (i % 5) * 0.3 };
  };
  for (let i = 1; i <= 120; i++) pad.stroke(at(i - 1), at(i), 2.6);
  return pad.pixels;
}

test('a drawn digit takes half of a link, an image of the data a tenth', () => {
  expect(linkOf(drawn, page).length).toBeLessThan(MOST_LINK / 2);
  const pad = new Pad(networks[0].network.image);
  pad.show(testPixels().subarray(0, 784));
  expect(linkOf({ ...drawn, pixels: pad.pixels }, page).length).toBeLessThan(MOST_LINK / 8);
});

test('a neuron of which every weight is changed takes a quarter of a link', () => {
  const detector = detectorOf(presetOf('leftStroke', networks[0].network.image), networks[0].network.image);
  const changes = [inPlaceOf({ layer: 1, neuron: 3 }, detector, UNIT_BRIGHTNESS), []];
  expect(changes[0]).toHaveLength(785);
  const link = linkOf({ ...drawn, changes }, page);
  expect(fromLink(link, page).changes).toEqual(changes);
  expect(link.length - linkOf({ ...drawn, changes: [[], []] }, page).length).toBeLessThan(MOST_LINK / 4);
});

test('a network is found wherever the page has it; one that it has not, or that was changed, is another one', () => {
  const link = linkOf(drawn, page);
  const turned = { ...page, data: { networks: networks.toReversed() } };
  expect(fromLink(link, turned)).toEqual({ ...drawn, current: 0, changes: drawn.changes.toReversed() });
  const [{ network }] = networks;
  const [first, ...rest] = network.layers;
  const other = { ...network, layers: [{ ...first, weights: first.weights.with(0, 1) }, ...rest] };
  for (const found of [[networks[0]], [networks[1]], [networks[1], { name: 'sigmoid', network: other }]]) {
    expect(whyNot(link, { ...page, data: { networks: found } })).toBe('network');
  }
});

test('a link of another version says so', () => {
  expect(whyNot(`2${linkOf(drawn, page).slice(1)}`)).toBe('version');
});

test('a link with a letter changed, left out or added is damaged', () => {
  const link = linkOf(drawn, page);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.%';
  fc.assert(
    // Of the last letter, some bits say nothing.
    fc.property(fc.integer({ min: 1, max: link.length - 2 }), fc.constantFrom(...letters), (at, letter) => {
      fc.pre(link[at] !== letter);
      expect(whyNot(link.slice(0, at) + letter + link.slice(at + 1))).toBe('damaged');
      expect(whyNot(link.slice(0, at) + letter + link.slice(at))).toBe('damaged');
      expect(whyNot(link.slice(0, at))).toBe('damaged');
    }),
    { numRuns: 300 },
  );
});

test('what nobody made is refused by the error that the page knows, or holds what the network has', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.base64String({ maxLength: 400 }).map((letters) => `1${letters}`),
    fc.uint8Array({ maxLength: 300 }).map(sealed),
    // Bits that are all alike are foretold, so that few of them say much.
    fc.tuple(fc.constantFrom(0, 255), fc.nat(1500)).map(([byte, length]) => sealed(alike(byte, length))),
  );
  fc.assert(
    fc.property(text, (given) => {
      const why = whyNot(given);
      expect(['damaged', 'network', 'version', null]).toContain(why);
    }),
    { numRuns: 300 },
  );
});

/** A list of changes that would have no end, for a network that is there. */
function alike(byte: number, length: number): Uint8Array {
  const link = linkOf({ ...drawn, current: 0, pixels: new Uint8Array(140 * 140) }, page);
  return Buffer.concat([Buffer.from(link.slice(1), 'base64url').subarray(4, 8), Buffer.alloc(length, byte)]);
}

/** Why a link cannot be opened; null where it can. */
function whyNot(link: string, of: LinkPage = page): LinkError['why'] | null {
  try {
    const { current, changes, pixels } = fromLink(link, of);
    expect(pixels).toHaveLength(140 * 140);
    changeNetwork(of.data.networks[current].network, changes[current]);
    return null;
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return error.why;
  }
}
