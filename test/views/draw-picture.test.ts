import { describe, expect, it } from 'vitest';
import type { Picture } from '../../src/views/picture.js';
import { drawPicture } from '../../src/views/terminal/draw-picture.js';
import { createStyle, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';

/** A bright ring upon black, 8 x 8. */
const RING: Picture = {
  height: 8,
  width: 8,
  pixels: Uint8Array.from({ length: 64 }, (_, i) => {
    const radius = Math.hypot((i >> 3) - 3.5, (i & 7) - 3.5);
    return radius > 2 && radius < 4 ? 255 : 0;
  }),
};
const style = (color: 0 | 1 | 2 | 3, unicode = true) => createStyle({ color, width: 80, unicode });

describe('drawPicture', () => {
  it('draws two pixels a character in their shades of grey', () => {
    const picture = { height: 2, width: 3, pixels: Uint8Array.of(0, 255, 255, 10, 20, 20) };
    expect(drawPicture(picture, 3, style(3))).toEqual([
      '\x1b[38;2;0;0;0;48;2;10;10;10m▀\x1b[39;49m\x1b[38;2;255;255;255;48;2;20;20;20m▀▀\x1b[39;49m',
    ]);
  });

  it('fills up the last line of an odd height with black', () => {
    const picture = { height: 1, width: 1, pixels: Uint8Array.of(200) };
    expect(drawPicture(picture, 1, style(3))).toEqual(['\x1b[38;2;200;200;200;48;2;0;0;0m▀\x1b[39;49m']);
  });

  it('draws braille where there are no shades', () => {
    expect(`\n${drawPicture(RING, 4, style(0)).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      ⣴⠟⠻⣦
      ⠻⣦⣴⠟
      "
    `);
    expect(drawPicture(RING, 4, style(1))).toEqual(drawPicture(RING, 4, style(0)));
  });

  it('draws characters from light to dark where there is no Unicode', () => {
    expect(`\n${drawPicture(RING, 8, style(0, false)).join('\n')}\n`).toMatchInlineSnapshot(`
      "
       +@@@@+ 
      @@+  +@@
      @@+  +@@
       +@@@@+ 
      "
    `);
  });

  it('never is wider than asked for', () => {
    const wide = { height: 3, width: 300, pixels: new Uint8Array(900).fill(255) };
    for (const means of [style(0), style(1), style(2), style(3), style(0, false), style(3, false)]) {
      for (const line of drawPicture(wide, 18, means)) expect(displayWidth(line)).toBeLessThanOrEqual(18);
    }
  });

  it('uses nothing but ASCII where there is no Unicode', () => {
    for (const color of [0, 3] as const) {
      const text = withoutStyles(drawPicture(RING, 8, style(color, false)).join(''));
      expect(text).toMatch(/^[ -~]*$/);
    }
  });
});
