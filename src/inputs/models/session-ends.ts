import { quoteValue } from '../../errors.js';
import { networkFileError } from '../../network/formats/found-network.js';
import type { ImageSize } from '../../network/network.js';
import type { ImagesInput, SessionEnds, SessionValue } from './onnx-session.js';

const MOST_PIXELS = 262_144;

/** The one input that takes grey images, and the first output that has a number for each class. */
export function endsOf(
  inputs: readonly SessionValue[],
  outputs: readonly SessionValue[],
  name: string,
): SessionEnds {
  const shown = (values: readonly SessionValue[]) =>
    values.map(
      ({ name: own, type, dims }) =>
        `${quoteValue(own)} ${type}[${dims.map((size) => size ?? 'free').join(', ')}]`,
    );
  const fail = (expected: string, values: readonly SessionValue[]) =>
    networkFileError(
      name,
      expected,
      shown(values).slice(0, 3).join(', ') || 'none',
      'export it for images alone',
    );
  const [input] = inputs;
  const type = (['float32', 'float64', 'uint8'] as const).find((known) => known === input?.type);
  const [batch, ...dims] = input?.dims ?? [];
  const sizes = dims.filter((size) => size !== null);
  const sides = sizes.filter((size) => size !== 1);
  const image: ImageSize | null =
    sides.length === 2
      ? { height: sides[0], width: sides[1] }
      : sides.length === 1
        ? squareOf(sides[0])
        : null;
  if (inputs.length !== 1 || type === undefined || image === null || sizes.length < dims.length) {
    throw fail('one input of grey images, such as float32[free, 1, 28, 28]', inputs);
  }
  if (image.height * image.width > MOST_PIXELS) throw fail(`images of at most ${MOST_PIXELS} pixels`, inputs);
  const output = outputs.find(
    ({ type: kind, dims: own }) => /^float/.test(kind) && own.length === 2 && own[1] !== null,
  );
  const classes = output?.dims[1] ?? 0;
  if (output === undefined || classes < 2)
    throw fail('an output of a number for each class, such as float32[free, 10]', outputs);
  const taken: ImagesInput = { name: input.name, type, batch: batch ?? null, dims: sizes };
  return { input: taken, output: output.name, classes, image, areLogarithms: false };
}

function squareOf(pixels: number): ImageSize | null {
  const side = Math.round(Math.sqrt(pixels));
  return side * side === pixels ? { height: side, width: side } : null;
}
