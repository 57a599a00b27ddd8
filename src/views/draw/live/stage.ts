import type { NeuronPlace } from '../../../insight/explain.js';
import { layerSizes } from '../../../network/network.js';
import type { App } from './app.js';
import { barRow, element, find, isStill, pencil, press, setBar } from './dom.js';
import { neuronName, percentOf, wordsOf } from './speech.js';
import { layStage, type StageLayout } from './stage-layout.js';
import { paintStage } from './stage-paint.js';

/** How long the activations travel through one layer, and how long the image takes to unroll. */
const LAYER_MS = 700;
const UNROLL_MS = 600;

/** The network: image, neurons, edges, outputs. */
export function watchStage(app: App): void {
  const stage = find('#stage');
  const canvas = find<HTMLCanvasElement>('#network');
  const neurons = find('#neurons');
  const outputs = find('#outputs');
  const unroll = find<HTMLButtonElement>('#unroll');
  const replay = find<HTMLButtonElement>('#replay');
  let layout: StageLayout = layStage(app.network.layers, app.network.image, 640);
  let laid: unknown = null;
  let reached = Number.POSITIVE_INFINITY;
  let unrolled = 0;
  let isUnrolled = false;

  unroll.addEventListener('click', () => {
    isUnrolled = !isUnrolled;
    press(unroll, isUnrolled);
    const target = isUnrolled ? 1 : 0;
    const start = unrolled;
    run(UNROLL_MS, (share) => {
      unrolled = start + (target - start) * share;
    });
  });
  replay.addEventListener('click', () => {
    const count = app.network.layers.length;
    run(LAYER_MS * count, (share) => {
      reached = share === 1 ? Number.POSITIVE_INFINITY : share * count;
      // The answer is not there before it has been reached.
      outputs.classList.toggle('due', share < 1);
    });
  });
  neurons.addEventListener('keydown', walk);
  new ResizeObserver(lay).observe(stage);

  app.watch((parts) => {
    // What only turns a knob leaves all where it is.
    if (parts.has('language') || laid !== app.original) lay();
    else paint();
    if (parts.has('drawing') || parts.has('network')) tellOutputs();
  });

  function layUnroll(): void {
    Object.assign(unroll.style, px(isUnrolled ? layout.column : layout.image));
    layHeads();
  }

  /** Puts buttons over the neurons, so that they can be pointed at, tapped and walked to. */
  function lay(): void {
    const { network } = app;
    laid = app.original;
    layout = layStage(network.layers, network.image, stage.clientWidth);
    stage.style.height = `${layout.height}px`;
    const spots = layout.layers.flat();
    const wanted = spots.map(({ layer, neuron }) => `${layer}:${neuron}`);
    if (Array.from(neurons.children, ({ id }) => id.slice(1)).join() !== wanted.join()) {
      neurons.replaceChildren(...spots.map(buttonOf));
    }
    for (const [i, spot] of spots.entries()) {
      const button = neurons.children[i] as HTMLButtonElement;
      button.style.left = `${spot.x}px`;
      button.style.top = `${spot.y}px`;
      button.setAttribute('aria-label', neuronName(app, spot));
    }
    layOutputs();
    layUnroll();
    paint();
    tellOutputs();
  }

  function buttonOf(place: NeuronPlace, i: number): HTMLButtonElement {
    const button = element('button', {
      type: 'button',
      id: `n${place.layer}:${place.neuron}`,
      tabIndex: i === 0 ? 0 : -1,
    });
    button.addEventListener('pointerenter', ({ pointerType }) => pointerType === 'mouse' && app.point(place));
    button.addEventListener('pointerleave', () => app.point(null));
    button.addEventListener('focus', () => {
      for (const other of neurons.children) (other as HTMLButtonElement).tabIndex = -1;
      button.tabIndex = 0;
      app.select(place);
    });
    button.addEventListener('click', () => app.select(place));
    return button;
  }

  /** Arrows walk: up and down a layer, left and right to the nearest of the next. */
  function walk(event: KeyboardEvent): void {
    const asked = app.selected;
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as Record<string, number>)[event.key] ?? 0;
    const across = ({ ArrowLeft: -1, ArrowRight: 1 } as Record<string, number>)[event.key] ?? 0;
    if (asked === null || (by === 0 && across === 0)) return;
    event.preventDefault();
    const own = layout.layers[asked.layer - 1];
    const other = layout.layers[asked.layer - 1 + across];
    if (other === undefined) return;
    const { y } = own[asked.neuron];
    const to = across === 0 ? own[(asked.neuron + by + own.length) % own.length] : nearest(other, y);
    document.getElementById(`n${to.layer}:${to.neuron}`)?.focus();
  }

  function nearest(spots: StageLayout['layers'][number], y: number) {
    return spots.reduce((best, spot) => (Math.abs(spot.y - y) < Math.abs(best.y - y) ? spot : best));
  }

  function layHeads(): void {
    const [pixels, ...sizes] = layerSizes(app.network);
    const heads = sizes.map((size, l) => {
      const shown = layout.layers[l].length;
      const head = element('span', {
        textContent: shown === size ? String(size) : wordsOf(app).shownOf(shown, size),
      });
      head.style.left = `${layout.layers[l][0].x}px`;
      return head;
    });
    const first = element('span', { textContent: String(pixels), hidden: !isUnrolled });
    first.style.left = `${layout.column.x + layout.column.width / 2}px`;
    find('#heads').replaceChildren(first, ...heads);
  }

  function layOutputs(): void {
    const last = layout.layers[layout.layers.length - 1];
    outputs.style.left = `${layout.bars}px`;
    outputs.replaceChildren(
      ...last.map((spot) => {
        const row = barRow(app.network.classes[spot.neuron]);
        row.style.top = `${spot.y}px`;
        return row;
      }),
    );
  }

  function tellOutputs(): void {
    for (const [k, row] of Array.from(outputs.children).entries()) {
      const value = app.outputs[k];
      (row as HTMLElement).dataset.value = String(value);
      row.classList.toggle('won', app.verdict?.winner === k);
      setBar(row, value, percentOf(value));
    }
  }

  function paint(): void {
    paintStage(pencil(canvas), app, layout, { reached, unrolled, asked: app.asked });
  }

  /** Shows a change in time; at once where nothing is to move. */
  function run(duration: number, at: (share: number) => void): void {
    const start = performance.now();
    const step = (now: number) => {
      const share = isStill() ? 1 : Math.max(0, Math.min(1, (now - start) / duration));
      at(share);
      paint();
      if (share < 1) requestAnimationFrame(step);
      else layUnroll();
    };
    step(start);
  }
}

function px({ x, y, width, height }: StageLayout['image']) {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}
