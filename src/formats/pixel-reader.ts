import { DigitflowError, type ErrorCode } from '../errors.js';
import { levelOf, levelsOf, type Scale, scaleWords } from './scale.js';
import { type ElementFormat, elementBytes, isFloat, numberReader } from './stored-arrays.js';

/** What pixels mean, and the code of the error where one is wrong. */
export interface PixelReaderOptions {
  /** Default: by their type. */
  readonly scale?: Scale | undefined;
  /** Default NPY_PIXEL. */
  readonly code?: ErrorCode | undefined;
  /** How the scale was guessed, and what to say of it instead. */
  readonly guessed?: string | null | undefined;
}

/**
 * Reads stored numbers as pixels, u8: as a scale says, or else integers from 0 to 255 as they are, floats from 0 to 1 as the
 * nearest of 255ths, false and true as 0 and 255.
 */
export class PixelReader {
  readonly #format: ElementFormat;
  readonly #recordPixels: number;
  readonly #name: string;
  readonly #code: ErrorCode;
  readonly #scale: Scale | undefined;
  readonly #guessed: string | null;
  readonly #numberAt: (view: DataView, byteOffset: number) => number;
  #pixels = new Uint8Array(0);

  /** `recordPixels`, the pixels of an image, and `name` say in an error which one is wrong. */
  constructor(
    format: ElementFormat,
    recordPixels: number,
    name: string,
    { scale, code = 'NPY_PIXEL', guessed = null }: PixelReaderOptions = {},
  ) {
    this.#format = format;
    this.#code = code;
    this.#scale = scale;
    this.#guessed = guessed;
    this.#recordPixels = recordPixels;
    this.#name = name;
    this.#numberAt = numberReader(format);
  }

  /** The pixels of elements from the index `first` on, valid until the next call. Throws its code for one out of range. */
  read(stored: Uint8Array, first: number): Uint8Array {
    const { type } = this.#format;
    if (type === 'u8' && this.#scale === undefined) return stored;
    const count = stored.length / elementBytes(type);
    if (this.#pixels.length < count) this.#pixels = new Uint8Array(count);
    const pixels = this.#pixels.subarray(0, count);
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    // Loops of their own: in one, the compiler would do arithmetic of floats on integers.
    if (this.#scale !== undefined) this.#readLevels(this.#scale, view, first, pixels);
    else if (type === 'bool' || isFloat(type)) this.#readScaled(view, first, pixels);
    else this.#readWhole(view, first, pixels);
    return pixels;
  }

  #readLevels(scale: Scale, view: DataView, first: number, pixels: Uint8Array): void {
    const bytes = elementBytes(this.#format.type);
    const numberAt = this.#numberAt;
    const levels = levelsOf(scale);
    for (let index = 0; index < pixels.length; index++) {
      const value = numberAt(view, index * bytes);
      const level = levelOf(value, levels);
      if (level === undefined) {
        const advice = this.#guessed ?? 'say --scale as the pixels are';
        throw this.#refused(first + index, scaleWords(scale), value, advice);
      }
      pixels[index] = level;
    }
  }

  #readScaled(view: DataView, first: number, pixels: Uint8Array): void {
    const bytes = elementBytes(this.#format.type);
    const numberAt = this.#numberAt;
    for (let index = 0; index < pixels.length; index++) {
      const value = numberAt(view, index * bytes);
      // NaN passes no comparison.
      if (!(value >= 0 && value <= 1)) throw this.#notBrightness(value, first + index);
      // Stored without its fraction: rounded to the nearest.
      pixels[index] = value * 255 + 0.5;
    }
  }

  #readWhole(view: DataView, first: number, pixels: Uint8Array): void {
    const bytes = elementBytes(this.#format.type);
    const numberAt = this.#numberAt;
    for (let index = 0; index < pixels.length; index++) {
      const value = numberAt(view, index * bytes);
      if (value < 0 || value > 255) {
        throw this.#refused(first + index, '0 to 255', value, 'say --scale with what is black and white');
      }
      pixels[index] = value;
    }
  }

  /** Floats from 0 to 255 are met often; so are those that were standardized. */
  #notBrightness(value: number, index: number): DigitflowError {
    const advice =
      value > 1
        ? 'say --scale with the value that is white, such as 255 or 16'
        : 'say --scale with what is black and white, such as -1..1 or mean=0.1307,std=0.3081';
    return this.#refused(index, '0 to 1 in floats', value, advice);
  }

  #refused(index: number, expected: string, value: number, advice: string): DigitflowError {
    const place = `record ${Math.floor(index / this.#recordPixels)}, pixel ${index % this.#recordPixels}`;
    const message = `${this.#name}: ${place}: expected ${expected}, found ${value}; ${advice}`;
    return new DigitflowError(this.#code, message);
  }
}
