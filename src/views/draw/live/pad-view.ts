import { extentOf } from '../../../formats/pictures/grey-image.js';
import type { App } from './app.js';
import { css, GREY, greyPicture, INK, LIT, show } from './colours.js';
import { find, onDrag, pencil, press, sizeOf } from './dom.js';
import { type Point, TOOLS } from './pad.js';

/** A mouse has this pressure: it draws as wide as is set. */
const PLAIN_PRESSURE = 0.5;
/** The share of the image that MNIST's digits fill. */
const BOX_SHARE = 20 / 28;

/** The pad: draws with mouse, finger, pen and keys. */
export function watchPad(app: App): void {
  const { pad } = app;
  const canvas = find<HTMLCanvasElement>('#pad');
  const marks = find<HTMLCanvasElement>('#marks');
  const width = find<HTMLInputElement>('#width');
  const shade = find<HTMLInputElement>('#shade');
  const columns = pad.width / pad.scale;
  const rows = pad.height / pad.scale;
  const cursor = { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  canvas.parentElement?.style.setProperty('aspect-ratio', `${columns} / ${rows}`);
  let tool: (typeof TOOLS)[number] = 'draw';
  let last: Point = { y: 0, x: 0 };
  let box = canvas.getBoundingClientRect();
  /** Where a pointer went down, and what was drawn then. */
  let began = { at: last, pixels: pad.pixels };

  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-tool]')) {
    button.addEventListener('click', () => {
      tool = TOOLS.find((name) => name === button.dataset.tool) ?? 'draw';
      for (const other of document.querySelectorAll('[data-tool]')) press(other, other === button);
      find('#widths').hidden = tool === 'pixel' || tool === 'move';
      find('#shades').hidden = tool !== 'pixel';
    });
  }
  find('#undo').addEventListener('click', () => changed(() => pad.undo()));
  find('#clear').addEventListener('click', () => kept(() => pad.clear()));

  onDrag(
    canvas,
    (event) => {
      // Once a stroke: to measure takes a layout.
      box = canvas.getBoundingClientRect();
      last = pointOf(event);
      began = { at: last, pixels: pad.pixels.slice() };
      kept(() => mark(event));
    },
    (event) => {
      const events = event.getCoalescedEvents?.() ?? [];
      changed(() => {
        for (const one of events.length > 0 ? events : [event]) mark(one);
      });
    },
  );
  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (tool === 'move' && step !== undefined) {
      kept(() => pad.shift(pad.pixels.slice(), step.row * pad.scale, step.column * pad.scale));
    } else if (tool !== 'move' && (event.key === 'Enter' || event.key === ' ')) kept(markCursor);
    else if (step !== undefined) {
      cursor.row = Math.max(0, Math.min(rows - 1, cursor.row + step.row));
      cursor.column = Math.max(0, Math.min(columns - 1, cursor.column + step.column));
      if (event.shiftKey) kept(markCursor);
      else drawMarks();
    } else return;
    event.preventDefault();
  });
  for (const name of ['focus', 'blur'] as const) canvas.addEventListener(name, drawMarks);

  app.watch((parts) => {
    if (!parts.has('drawing')) return;
    show(canvas, greyPicture(pad, pad.pixels));
    find<HTMLButtonElement>('#undo').disabled = !pad.canUndo;
    drawMarks();
  }, true);
  new ResizeObserver(drawMarks).observe(canvas);

  function changed(change: () => void): void {
    change();
    app.touch('drawing');
  }

  function kept(change: () => void): void {
    pad.keep();
    changed(change);
  }

  function pointOf(event: PointerEvent): Point {
    const [y, x] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    return { y: y * pad.height, x: x * pad.width };
  }

  function mark(event: PointerEvent): void {
    const to = pointOf(event);
    const from = last;
    last = to;
    const isPen = event.pointerType === 'pen' && event.pressure > 0;
    if (tool === 'move') {
      pad.shift(began.pixels, Math.round(to.y - began.at.y), Math.round(to.x - began.at.x));
    } else if (tool === 'pixel') {
      fillBetween(from, to, isPen ? Math.round(255 * event.pressure) : shade.valueAsNumber);
    } else {
      const pressure = isPen ? event.pressure : PLAIN_PRESSURE;
      pad.stroke(from, to, width.valueAsNumber * (0.5 + pressure), tool === 'erase');
    }
  }

  /** All pixels of the network's on the way. */
  function fillBetween(from: Point, to: Point, grey: number): void {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.y - from.y, to.x - from.x) / pad.scale));
    for (let i = 1; i <= steps; i++) {
      const [y, x] = [from.y + ((to.y - from.y) * i) / steps, from.x + ((to.x - from.x) * i) / steps];
      pad.fill(Math.floor(y / pad.scale), Math.floor(x / pad.scale), grey);
    }
  }

  /** As a pointer would in the middle of the pixel that the keys have walked to. */
  function markCursor(): void {
    const { scale } = pad;
    const at = { y: (cursor.row + 0.5) * scale, x: (cursor.column + 0.5) * scale };
    if (tool === 'pixel') pad.fill(cursor.row, cursor.column, shade.valueAsNumber);
    else pad.stroke(at, at, width.valueAsNumber, tool === 'erase');
  }

  /** The box and the middle that MNIST's digits have, those of this one, and where the keys are. */
  function drawMarks(): void {
    const context = pencil(marks);
    const { width: wide, height: tall } = sizeOf(marks);
    // Seen on black and on white.
    context.strokeStyle = css(GREY);
    context.setLineDash([4, 5]);
    const [left, top] = [(wide * (1 - BOX_SHARE)) / 2, (tall * (1 - BOX_SHARE)) / 2];
    context.strokeRect(left, top, wide * BOX_SHARE, tall * BOX_SHARE);
    context.setLineDash([]);
    cross(context, wide / 2, tall / 2);
    const ink = extentOf(pad, pad.pixels, 1);
    if (ink.mass > 0) {
      const unit = wide / pad.width;
      context.strokeStyle = css(INK);
      context.strokeRect(ink.left * unit, ink.top * unit, ink.width * unit, ink.height * unit);
      context.lineWidth = 2;
      cross(context, ink.x * unit, ink.y * unit);
    }
    if (document.activeElement !== canvas || !canvas.matches(':focus-visible')) return;
    context.strokeStyle = css(LIT);
    context.lineWidth = 2;
    const [cellX, cellY] = [wide / columns, tall / rows];
    context.strokeRect(cursor.column * cellX, cursor.row * cellY, cellX, cellY);
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x - 7, y);
  context.lineTo(x + 7, y);
  context.moveTo(x, y - 7);
  context.lineTo(x, y + 7);
  context.stroke();
}

/** Where arrow keys lead. */
export const STEPS: Readonly<Record<string, { readonly row: number; readonly column: number }>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};
