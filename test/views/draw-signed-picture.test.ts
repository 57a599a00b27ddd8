import { describe, expect, it } from 'vitest';
import { drawSignedPicture } from '../../src/views/terminal/draw-signed-picture.js';
import { createStyle, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';

const style = (color: 0 | 1 | 2 | 3, unicode = true) => createStyle({ color, width: 80, unicode });
const ROW = { height: 1, width: 5, values: Float64Array.of(-2, -0.5, 0, 0.5, 2) };

describe('drawSignedPicture', () => {
  it('tells signs and sizes apart without colour', () => {
    expect(drawSignedPicture(ROW, 5, style(0))).toEqual(['~- +#']);
  });

  it('draws positive green, negative blue, zero black', () => {
    const [line] = drawSignedPicture({ height: 1, width: 3, values: Float64Array.of(-1, 0, 1) }, 3, style(3));
    expect(line.match(/38;2;[\d;]+(?=;48)/g)).toEqual(['38;2;70;130;255', '38;2;0;0;0', '38;2;60;220;130']);
  });

  it('does not let an upper and a lower pixel cancel', () => {
    const values = Float64Array.of(1, -1);
    expect(drawSignedPicture({ height: 2, width: 1, values }, 1, style(0))).toEqual(['#']);
  });

  it('stays black where all is zero', () => {
    expect(drawSignedPicture({ height: 1, width: 2, values: new Float64Array(2) }, 2, style(0))).toEqual([
      '  ',
    ]);
  });

  it('keeps a lone strong pixel when it is made smaller, and never is wider than asked for', () => {
    const values = new Float64Array(100 * 100);
    values[5050] = 1;
    for (const means of [style(0), style(1), style(2), style(3), style(0, false)]) {
      const lines = drawSignedPicture({ height: 100, width: 100, values }, 18, means);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(18);
    }
    expect(drawSignedPicture({ height: 100, width: 100, values }, 18, style(0)).join('')).toContain('#');
  });

  it('uses nothing but ASCII where there is no Unicode', () => {
    expect(withoutStyles(drawSignedPicture(ROW, 5, style(3, false)).join(''))).toMatch(/^[ -~]*$/);
  });
});
