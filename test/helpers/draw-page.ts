import type { Page } from 'playwright-core';

/** A piece of a stroke, in pixels of the image: from y, x to y, x. */
export type Segment = readonly [number, number, number, number];

/** How the helpers below move a pointer over the pad: `x` and `y` in pixels of an image of 28 x 28. */
const POINT = `const pad = document.querySelector('#pad');
  const box = pad.getBoundingClientRect();
  const point = (type, y, x, more = {}) => pad.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true,
    button: 0, pointerId: 7, clientX: box.left + (x / 28) * box.width, clientY: box.top + (y / 28) * box.height, ...more }));`;

/** Frames come as fast as the page can make them: to be called before the page is opened. */
export async function hurry(page: Page): Promise<void> {
  await page.addInitScript(`{
    const due = [];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => due.shift()(performance.now());
    window.requestAnimationFrame = (run) => {
      due.push(run);
      port2.postMessage(0);
    };
  }`);
}

/** Clicks a button of the page. */
export async function press(page: Page, selector: string): Promise<void> {
  await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
}

/** Clears the pad and paints an image `(784)` u8 on it, pixel by pixel, with a pen whose pressure is the shade. */
export async function paint(page: Page, pixels: Uint8Array): Promise<void> {
  await page.evaluate(`{ ${POINT}
    document.querySelector('#clear').click();
    document.querySelector('[data-tool=pixel]').click();
    for (const [i, shade] of [${pixels}].entries()) {
      if (shade === 0) continue;
      const at = [Math.floor(i / 28) + 0.5, (i % 28) + 0.5];
      point('pointerdown', ...at, { pointerType: 'pen', pressure: shade / 255 });
      point('pointerup', ...at);
    }
  }`);
}

/** Clears the pad and draws strokes on it with the brush, as a mouse would. */
export async function draw(page: Page, segments: readonly Segment[]): Promise<void> {
  await page.evaluate(`{ ${POINT}
    document.querySelector('#clear').click();
    document.querySelector('[data-tool=draw]').click();
    let end = '';
    for (const [y, x, toY, toX] of ${JSON.stringify(segments)}) {
      if (end !== '' + [y, x]) {
        if (end !== '') point('pointerup', y, x);
        point('pointerdown', y, x);
      }
      point('pointermove', toY, toX);
      end = '' + [toY, toX];
    }
    point('pointerup', 0, 0);
  }`);
}

/** The outputs as they are shown, after all that was done has been shown, `(classes)`. */
export function outputs(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    // What is drawn is shown in two frames, and there may have been something before it.
    for (let i = 0; i < 4; i++) await new Promise((next) => requestAnimationFrame(next));
    return Array.from(document.querySelectorAll('#outputs li'), ({ dataset }) => Number(dataset.value));
  })()`);
}

/** The class with the largest output, the first of equals. */
export async function verdict(page: Page): Promise<number> {
  const values = await outputs(page);
  return values.indexOf(Math.max(...values));
}

/** An enlargement in which strokes are thinned, and from where on a shade is ink. */
const SCALE = 3;
const INK = 100;

/** The strokes that an image `(784)` u8 may have been drawn with: the middle of its ink (T. Zhang and C. Suen, 1984). */
export function strokesOf(pixels: Uint8Array): Segment[] {
  const side = 28 * SCALE;
  const ink = thinned(enlarged(pixels, side), side);
  const segments: Segment[] = [];
  const todo = new Set([...ink.keys()].filter((i) => ink[i] === 1));
  const place = (i: number) => [(Math.floor(i / side) + 0.5) / SCALE, ((i % side) + 0.5) / SCALE] as const;
  const neighbours = [1, side, -1, -side, side + 1, side - 1, -side + 1, -side - 1];
  for (const start of todo) {
    // From each place the pen goes on as long as there is ink that it has not been on.
    let at = start;
    todo.delete(at);
    segments.push([...place(at), ...place(at)]);
    for (;;) {
      const here = at;
      const next = neighbours.map((step) => here + step).find((i) => todo.has(i));
      if (next === undefined) break;
      segments.push([...place(at), ...place(next)]);
      todo.delete(next);
      at = next;
    }
  }
  return segments;
}

/** By straight lines between the middles of pixels: 1 where there is ink. */
function enlarged(pixels: Uint8Array, side: number): Uint8Array {
  const at = (y: number, x: number) => (y < 0 || x < 0 || y > 27 || x > 27 ? 0 : pixels[y * 28 + x]);
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [(Math.floor(i / side) + 0.5) / SCALE - 0.5, ((i % side) + 0.5) / SCALE - 0.5];
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - top, x - left];
    const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
    const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
    return upper * (1 - down) + lower * down > INK ? 1 : 0;
  });
}

function thinned(ink: Uint8Array, side: number): Uint8Array {
  let lit = [...ink.keys()].filter((i) => ink[i] === 1);
  for (let before = 0; before !== lit.length; ) {
    before = lit.length;
    for (const isSecond of [false, true]) {
      for (const i of lit.filter((each) => isEdge(ink, each, side, isSecond))) ink[i] = 0;
      lit = lit.filter((i) => ink[i] === 1);
    }
  }
  return ink;
}

function isEdge(ink: Uint8Array, i: number, side: number, isSecond: boolean): boolean {
  const steps = [-side, -side + 1, 1, side + 1, side, side - 1, -1, -side - 1];
  const around = steps.map((step) => ink[i + step] ?? 0);
  const [north, , east, , south, , west] = around;
  const lit = around.reduce((sum, value) => sum + value, 0);
  const turns = around.filter((value, k) => value === 0 && around[(k + 1) % 8] === 1).length;
  if (lit < 2 || lit > 6 || turns !== 1) return false;
  return isSecond
    ? north * east * west === 0 && north * south * west === 0
    : north * east * south === 0 && east * south * west === 0;
}
