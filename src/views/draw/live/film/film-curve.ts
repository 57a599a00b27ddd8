import { css, GREY, LIT } from '../colours.js';
import { pencil, sizeOf } from '../dom.js';

/** What is drawn over the frames of a film. */
export interface FilmCurve {
  /** The epoch of each frame. */
  readonly epochs: readonly number[];
  /** The values of each line, one a frame; the last line is drawn brightest. */
  readonly lines: readonly (readonly number[])[];
  /** The value at the top; at the bottom is 0. */
  readonly most: number;
  readonly words: (value: number) => string;
}

const MARGIN = { left: 44, right: 10, top: 10, bottom: 20 };
/** So far apart two epochs can be read. */
const LABEL_WIDTH = 30;

/** Draws lines over the frames, each as far from the next, and where the film is: `at` is a frame, or between two. */
export function drawCurve(
  canvas: HTMLCanvasElement,
  { epochs, lines, most, words }: FilmCurve,
  at: number,
): void {
  const context = pencil(canvas);
  const { width, height } = sizeOf(canvas);
  const [wide, tall] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  const last = Math.max(1, epochs.length - 1);
  const x = (frame: number) => MARGIN.left + (wide * frame) / last;
  const y = (value: number) => MARGIN.top + tall * (1 - value / most);

  context.font = '12px system-ui, sans-serif';
  context.fillStyle = context.strokeStyle = css(GREY);
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of [0, most]) {
    context.fillText(words(value), MARGIN.left - 6, y(value));
    context.globalAlpha = 0.35;
    context.beginPath();
    context.moveTo(x(0), y(value));
    context.lineTo(x(last), y(value));
    context.stroke();
    context.globalAlpha = 1;
  }
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  const every = Math.max(1, Math.ceil((LABEL_WIDTH * last) / wide));
  for (const [frame, epoch] of epochs.entries()) {
    // From the end on: what came of it is always named.
    if ((epochs.length - 1 - frame) % every === 0) context.fillText(`${epoch}`, x(frame), height);
  }

  for (const [index, values] of lines.entries()) {
    const isMain = index === lines.length - 1;
    context.beginPath();
    for (const [frame, value] of values.entries()) context.lineTo(x(frame), y(value));
    context.strokeStyle = css(isMain ? LIT : GREY);
    context.lineWidth = 2;
    context.stroke();
    const before = Math.floor(at);
    const after = Math.min(epochs.length - 1, before + 1);
    const value = values[before] + (values[after] - values[before]) * (at - before);
    context.beginPath();
    context.arc(x(at), y(value), 4.5, 0, 2 * Math.PI);
    context.fillStyle = css(isMain ? LIT : GREY);
    context.fill();
  }
}
