import type { GreyImage } from '../../../../formats/pictures/grey-image.js';
import type { BitCoder } from './bit-coder.js';

/** The contexts that a picture's bits have, by what they say. */
const FIELD = { isExpected: 100, isBrighter: 101, length: 102, digits: 103 } as const;
/** Errors of the neighbours up to these are alike. */
const CALM = [0, 2, 5, 10, 25];

/**
 * A grey picture of shades up to `white`, written from its pixels or read into them. Each pixel is foretold as if the shades
 * lay on a plane with its three neighbours, which soft edges do; what is written is how far that is wrong.
 */
export function codePicture(coder: BitCoder, { height, width, pixels }: GreyImage, white: number): void {
  const errors = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const hasLeft = x > 0;
      const hasRight = x < width - 1;
      const around = (of: Uint8Array) => {
        const [above, left] = [y > 0 ? of[i - width] : 0, hasLeft ? of[i - 1] : 0];
        const corner = y > 0 && hasLeft ? of[i - width - 1] : 0;
        return [left, above, corner, y > 0 && hasRight ? of[i - width + 1] : 0];
      };
      const near = around(pixels);
      const [left, above, corner] = near;
      const expected = Math.max(0, Math.min(white, left + above - corner));
      const unrest = around(errors).reduce((sum, error) => sum + error, 0);
      const calm = CALM.filter((most) => unrest > most).length;
      const shape = [...near, expected].reduce((sum, shade) => 3 * sum + kindOf(shade, white), 0);
      const found = expected + codeError(coder, pixels[i] - expected, [shape, calm], expected, white);
      if (found < 0 || found > white) throw new RangeError(`expected a shade up to ${white}, found ${found}`);
      pixels[i] = found;
      errors[i] = Math.abs(found - expected);
    }
  }
}

function kindOf(shade: number, white: number): number {
  if (shade === 0) return 0;
  return shade === white ? 2 : 1;
}

function codeError(
  coder: BitCoder,
  error: number,
  [shape, calm]: readonly [number, number],
  expected: number,
  white: number,
): number {
  const all = CALM.length + 1;
  if (coder.bit(FIELD.isExpected, shape * all + calm, error === 0 ? 1 : 0) === 1) return 0;
  const kind = kindOf(expected, white);
  const sign =
    kind === 1 ? 2 * coder.bit(FIELD.isBrighter, calm, error > 0 ? 1 : 0) - 1 : kind === 0 ? 1 : -1;
  // How many binary digits it has, then all but the first of them.
  const size = Math.abs(error);
  const context = kind * all + calm;
  let length = 1;
  while (length < 8 && coder.bit(FIELD.length, context * 9 + length, size >> length > 0 ? 1 : 0) === 1)
    length++;
  let found = 1;
  for (let k = length - 2; k >= 0; k--) {
    found = 2 * found + coder.bit(FIELD.digits, (calm * 256 + found) * 9 + length, (size >> k) & 1);
  }
  return sign * found;
}
