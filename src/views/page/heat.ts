import { percentage } from '../../counting/wording.js';
import type { Words } from '../words/words.js';
import { type Html, html } from './html.js';

/** Shades of what is right, and of what is wrong: their background, from the weakest on, in a light and a dark page. */
const SHADES = {
  light: {
    right: ['#e0f3f1', '#b7e2dd', '#83cec7'],
    wrong: ['#fdf2dd', '#fae1ba', '#f6d09c', '#f3bd81', '#efaa68', '#eb9650', '#e68239', '#e06c23'],
  },
  dark: {
    right: ['#1a3c3a', '#20615d', '#2f8a85'],
    wrong: ['#3b2612', '#563514', '#734512', '#905609', '#b26900', '#ce7900', '#e69118', '#fea83b'],
  },
} as const;
/** What is written on them: in a dark page the brighter half of the shades of what is wrong, and the last of what is right, need dark words. */
const [LIGHT_INK, DARK_INK] = ['#fbf6ee', '#100b04'];
const FIRST_BRIGHT = { right: 3, wrong: 5 };

const { right: RIGHT, wrong: WRONG } = SHADES.light;

/** What a table of shades needs beside the style of all pages. */
export const HEAT_STYLE = `
${rules('light', () => DARK_INK)}
@media (prefers-color-scheme: dark) { ${rules('dark', (kind, shade) => (shade < FIRST_BRIGHT[kind] ? LIGHT_INK : DARK_INK))} }
.heat { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; font-size: .8rem; color: var(--soft); margin: .75rem 0 0; }
.heat ol { list-style: none; display: flex; margin: .15rem 0 0; padding: 0; } .heat div { margin: 0; }
.heat li { padding: .1rem .3rem; min-width: 2.3rem; text-align: center; white-space: nowrap; font-size: .72rem; font-variant-numeric: tabular-nums; }
`;

function rules(
  scheme: keyof typeof SHADES,
  inkOf: (kind: 'right' | 'wrong', shade: number) => string,
): string {
  return (['right', 'wrong'] as const)
    .flatMap((kind) =>
      SHADES[scheme][kind].map(
        (background, at) =>
          `.${kind[0]}${at + 1} { background: ${background}; color: ${inkOf(kind, at + 1)}; }`,
      ),
    )
    .join('\n');
}

/** The class of a cell's shade; a wrong share goes by its root, so that small ones are told apart. `worst`: the largest of those. */
export function shadeOf(part: number, worst: number, isRight: boolean): string {
  if (isRight) return `r${Math.max(1, Math.ceil(part * RIGHT.length))}`;
  return `w${Math.max(1, Math.ceil(Math.sqrt(part / worst) * WRONG.length))}`;
}

/** Up to which share each shade goes. */
export function heatLegend(words: Words, worst: number): Html {
  const digits = worst < 0.1 ? 2 : 1;
  const right = RIGHT.map((_, at) => percentage((at + 1) / RIGHT.length, 0));
  const wrong = WRONG.map((_, at) => percentage(worst * ((at + 1) / WRONG.length) ** 2, digits));
  const swatches = (kind: 'r' | 'w', upTo: readonly string[]) =>
    html`<ol>${upTo.map((limit, at) => html`<li class="${kind}${at + 1}">${limit}</li>`)}</ol>`;
  return html`<div class="heat"><div>${words.heatRight}${swatches('r', right)}</div>
${worst === 0 ? null : html`<div>${words.heatWrong}${swatches('w', wrong)}</div>`}</div>
`;
}
