import { createPaint, type Paint } from './ansi.js';
import { type Glyphs, glyphsFor } from './glyphs.js';
import type { ColorLevel } from './terminal.js';

/** What a report is drawn for. */
export interface RenderOptions {
  readonly color: ColorLevel;
  /** Columns; no line is wider, but where a name or a path alone is. */
  readonly width: number;
  readonly unicode: boolean;
}

/** The means to draw with: what every part of a report is given. */
export interface Style {
  readonly paint: Paint;
  readonly glyphs: Glyphs;
  readonly width: number;
  readonly unicode: boolean;
}

/** The means that fit the options. */
export function createStyle({ color, width, unicode }: RenderOptions): Style {
  return { paint: createPaint(color), glyphs: glyphsFor(unicode), width, unicode };
}
