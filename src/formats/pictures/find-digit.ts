import type { Ink } from './find-ink.js';
import type { Box, FloatImage } from './grey-image.js';

/** Ink that hangs together, by its eight neighbours. */
interface Shape extends Box {
  readonly label: number;
  readonly mass: number;
  readonly touchesBorder: boolean;
}

/** Pixels of at least this share of the ink hang together, where they are not noise... */
const LEAST_INK = 0.25;
const LEAST_NOISES = 2;
/** ...and are a shape where the darkest has this share. */
const LEAST_PEAK = 0.5;
const LEAST_PEAK_NOISES = 3;
/** What touches the border is no part of the digit, where a shape inside has this share of the heaviest's mass. */
const INNER_MASS = 0.2;
/** A part of a digit has this share of its mass, and lies within this share of its length. */
const PART_MASS = 0.05;
const PART_GAP = 0.25;
/** A shape beside the digit that is this share as tall is another digit. */
const OTHER_HEIGHT = 0.6;
/** Shapes as long as this share of the digit make a doubt of it. */
const DOUBTED_LENGTH = 0.4;
/** More shapes are noise, or a page. */
const MOST_SHAPES = 12;
/** A digit that is a smaller share of the picture is a letter on a page. */
const LEAST_SHARE = 0.08;

/** A digit's own ink, cut out. */
export interface FoundDigit extends FloatImage {
  readonly doubts: readonly string[];
}

/** The heaviest shape, with the parts that belong to it; null where there is none. */
export function findDigit(ink: Ink): FoundDigit | null {
  const { labels, shapes } = shapesOf(ink);
  if (shapes.length === 0) return null;
  const heaviest = shapes.reduce((most, { mass }) => Math.max(most, mass), 0);
  const inner = shapes.filter(({ touchesBorder }) => !touchesBorder);
  const candidates = inner.some(({ mass }) => mass >= INNER_MASS * heaviest) ? inner : shapes;
  const main = candidates.reduce((most, shape) => (shape.mass > most.mass ? shape : most));
  const parts = candidates.filter((shape) => shape === main || isPart(shape, main));
  const box = hull(parts);
  const length = Math.max(box.height, box.width);
  const others = candidates.filter(
    (shape) => !parts.includes(shape) && Math.max(shape.height, shape.width) >= DOUBTED_LENGTH * length,
  );
  const doubts: string[] = [];
  const share = length / Math.max(ink.height, ink.width);
  if (shapes.length > MOST_SHAPES || share < LEAST_SHARE) doubts.push('a page or noise');
  else if (others.length > 0) doubts.push('several digits');
  return { ...cut(ink, labels, parts, box), doubts };
}

function isPart(shape: Shape, main: Shape): boolean {
  if (shape.mass < PART_MASS * main.mass) return false;
  const isBeside = shape.left >= main.left + main.width || shape.left + shape.width <= main.left;
  if (isBeside && shape.height >= OTHER_HEIGHT * main.height) return false;
  const length = Math.max(main.height, main.width);
  const gapX = Math.max(0, shape.left - main.left - main.width, main.left - shape.left - shape.width);
  const gapY = Math.max(0, shape.top - main.top - main.height, main.top - shape.top - shape.height);
  return Math.hypot(gapX, gapY) <= PART_GAP * length;
}

function hull(boxes: readonly Box[]): Box {
  const top = Math.min(...boxes.map((box) => box.top));
  const left = Math.min(...boxes.map((box) => box.left));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  return { top, left, height: bottom - top, width: right - left };
}

/** The parts' ink, and what is faint right beside it. */
function cut(ink: Ink, labels: Int32Array, parts: readonly Shape[], box: Box): FloatImage {
  // By label; 0 is faint ink, which any of them may take.
  const isTaken = new Uint8Array(1 + labels.reduce((most, label) => Math.max(most, label), 0));
  for (const { label } of parts) isTaken[label] = 1;
  const [height, width] = [box.height + 2, box.width + 2];
  const values = new Float32Array(height * width);
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      if (isTaken[labels[y * ink.width + x]] === 1) takeAround(y, x);
    }
  }
  return { height, width, values };

  function takeAround(y: number, x: number): void {
    for (let row = Math.max(0, y - 1); row <= Math.min(ink.height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(ink.width - 1, x + 1); column++) {
        const i = row * ink.width + column;
        if (labels[i] !== 0 && isTaken[labels[i]] === 0) continue;
        values[(row - box.top + 1) * width + column - box.left + 1] = ink.values[i];
      }
    }
  }
}

/** Labels are from 1; 0 is no shape. */
function shapesOf({ height, width, values, noise }: Ink): { labels: Int32Array; shapes: Shape[] } {
  const least = Math.max(LEAST_INK, LEAST_NOISES * noise);
  const leastPeak = Math.max(LEAST_PEAK, LEAST_PEAK_NOISES * noise);
  const labels = new Int32Array(values.length);
  const shapes: Shape[] = [];
  const stack = new Int32Array(values.length);
  let label = 0;
  for (let start = 0; start < values.length; start++) {
    if (labels[start] !== 0 || values[start] < least) continue;
    label++;
    let [top, left, bottom, right, mass, peak] = [height, width, -1, -1, 0, 0];
    labels[start] = label;
    stack[0] = start;
    for (let waiting = 1; waiting > 0; ) {
      const i = stack[--waiting];
      const y = Math.floor(i / width);
      const x = i - y * width;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
      mass += values[i];
      if (values[i] > peak) peak = values[i];
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (labels[next] !== 0 || values[next] < least) continue;
          labels[next] = label;
          stack[waiting++] = next;
        }
      }
    }
    if (peak < leastPeak) continue;
    const touchesBorder = top === 0 || left === 0 || bottom === height - 1 || right === width - 1;
    shapes.push({ label, mass, top, left, height: bottom - top + 1, width: right - left + 1, touchesBorder });
  }
  return { labels, shapes };
}
