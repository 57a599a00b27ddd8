/** Finds an element of the page, which its markup promises. */
export function find<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

/** A new element with properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const sizes = new WeakMap<Element, { readonly width: number; readonly height: number }>();
/** Made before those of the views, so that it hears before them; a worker has no elements, and none of it. */
const resized =
  typeof ResizeObserver === 'undefined'
    ? null
    : new ResizeObserver((entries) => {
        for (const { target, contentRect } of entries) sizes.set(target, contentRect);
      });

/** How large an element is on the screen, in pixels of CSS: to measure takes a layout, so it is done once a size. */
export function sizeOf(shown: Element): { readonly width: number; readonly height: number } {
  const known = sizes.get(shown);
  if (known !== undefined && known.width > 0) return known;
  const size = { width: shown.clientWidth, height: shown.clientHeight };
  sizes.set(shown, size);
  resized?.observe(shown);
  return size;
}

/** What is drawn with on a canvas, which is given so many pixels as it has on the screen. */
export function pencil(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ratio = Math.min(2, window.devicePixelRatio);
  const size = sizeOf(canvas);
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the browser draws no canvas');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  return context;
}

/** Whether a button that stays down is down. */
export function press(button: Element, isPressed: boolean): void {
  button.setAttribute('aria-pressed', String(isPressed));
}

/** What a pointer does that goes down on an element, until it goes up: of several fingers the first one. */
export function onDrag(
  target: HTMLElement,
  start: (event: PointerEvent) => void,
  move: (event: PointerEvent) => void,
): void {
  let holder: number | null = null;
  target.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || (holder !== null && holder !== event.pointerId)) return;
    holder = event.pointerId;
    event.preventDefault();
    // A page that scrolled now would move the element away from the pointer.
    target.focus({ preventScroll: true });
    try {
      target.setPointerCapture(event.pointerId);
    } catch {
      // A pointer that a program moves cannot be held.
    }
    start(event);
  });
  target.addEventListener('pointermove', (event) => {
    if (event.pointerId === holder) move(event);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    target.addEventListener(end, ({ pointerId }) => {
      if (pointerId === holder) holder = null;
    });
  }
}

/** A share of each class: its name, a bar, and the number. */
export function barRow(name: string): HTMLLIElement {
  return element('li', {}, [
    element('b', { textContent: name }),
    element('i', {}, [element('s')]),
    element('span'),
  ]);
}

export function setBar(row: Element, share: number, told: string): void {
  find('s', row).style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
  find('span', row).textContent = told;
}

/** Whether nothing is to move by itself. */
export function isStill(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Does something soon, and no more often than that: what takes long does not hold up what moves. */
export function soon(ms: number, run: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      run();
    }, ms);
  };
}
