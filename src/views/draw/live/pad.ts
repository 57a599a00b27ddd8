import type { GreyImage } from '../../../formats/pictures/grey-image.js';
import type { ImageSize } from '../../../network/network.js';

/** So many pixels of the pad its longer side has, or a little fewer: a whole number for each pixel of the network's. */
const SIDE = 140;
/** How wide the soft edge of a stroke is, in the network's pixels, as MNIST's are. */
const SOFT = 1;
/** The ink of strokes is a multiple of this: sixteen shades, which a link holds in a third of what 256 take. */
export const INK_STEP = 17;
const MOST_UNDO = 60;
/** What a pointer does on it. */
export const TOOLS = ['draw', 'erase', 'pixel', 'move'] as const;

/** A place on the pad, in its pixels from the upper left edge. */
export interface Point {
  readonly y: number;
  readonly x: number;
}

/** What is drawn on: bright ink on black, several pixels for each of the network's. */
export class Pad implements GreyImage {
  readonly height: number;
  readonly width: number;
  /** How many pixels wide and tall each of the network's is. */
  readonly scale: number;
  /** `(height, width)` u8, row-major. */
  pixels: Uint8Array;
  #past: Uint8Array[] = [];

  constructor(image: ImageSize) {
    this.scale = Math.max(1, Math.floor(SIDE / Math.max(image.height, image.width)));
    this.height = image.height * this.scale;
    this.width = image.width * this.scale;
    this.pixels = new Uint8Array(this.height * this.width);
  }

  get isEmpty(): boolean {
    return this.pixels.every((pixel) => pixel === 0);
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** What follows can be undone in one step. */
  keep(): void {
    this.#past.push(this.pixels.slice());
    if (this.#past.length > MOST_UNDO) this.#past.shift();
  }

  undo(): void {
    this.pixels = this.#past.pop() ?? this.pixels;
  }

  clear(): void {
    this.pixels.fill(0);
  }

  /** A straight piece of a stroke, `width` of the network's pixels wide, with soft edges; or it takes ink away. */
  stroke(from: Point, to: Point, width: number, isErased = false): void {
    const radius = (width * this.scale) / 2;
    const soft = (SOFT * this.scale) / 2;
    const reach = radius + soft;
    const [dy, dx] = [to.y - from.y, to.x - from.x];
    const length = dy * dy + dx * dx;
    const within = (place: number, end: number) => Math.max(0, Math.min(end, place));
    const bottom = within(Math.ceil(Math.max(from.y, to.y) + reach), this.height);
    const right = within(Math.ceil(Math.max(from.x, to.x) + reach), this.width);
    const left = within(Math.floor(Math.min(from.x, to.x) - reach), this.width);
    for (let y = within(Math.floor(Math.min(from.y, to.y) - reach), this.height); y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [py, px] = [y + 0.5 - from.y, x + 0.5 - from.x];
        const along = length === 0 ? 0 : Math.max(0, Math.min(1, (py * dy + px * dx) / length));
        const distance = Math.hypot(py - along * dy, px - along * dx);
        const share = Math.max(0, Math.min(1, (reach - distance) / (2 * soft)));
        const ink = INK_STEP * Math.round((255 / INK_STEP) * share);
        const at = y * this.width + x;
        const old = this.pixels[at];
        this.pixels[at] = isErased ? Math.min(old, 255 - ink) : Math.max(old, ink);
      }
    }
  }

  /** Gives one of the network's pixels a shade 0..255. */
  fill(row: number, column: number, shade: number): void {
    const { scale, width } = this;
    if (row < 0 || column < 0 || row * scale >= this.height || column * scale >= width) return;
    for (let y = row * scale; y < (row + 1) * scale; y++) {
      this.pixels.fill(shade, y * width + column * scale, y * width + (column + 1) * scale);
    }
  }

  /** Shows an image of the network's size, `(height, width)` u8. */
  show(image: Uint8Array): void {
    const columns = this.width / this.scale;
    for (const [i, shade] of image.entries()) this.fill(Math.floor(i / columns), i % columns, shade);
  }

  /** Shows `pixels`, moved by whole pixels of the pad; what is moved out of it is lost. */
  shift(pixels: Uint8Array, down: number, right: number): void {
    const { height, width } = this;
    const [first, end] = [Math.max(0, -right), Math.min(width, width - right)];
    this.pixels.fill(0);
    for (let y = Math.max(0, -down); y < Math.min(height, height - down) && first < end; y++) {
      this.pixels.set(
        pixels.subarray(y * width + first, y * width + end),
        (y + down) * width + first + right,
      );
    }
  }
}
