import { createHash } from 'node:crypto';
import type { Words } from '../words/words.js';
import { Html, html, type TitledSection, titled } from './html.js';

export const STYLE = `
:root { color-scheme: light dark; --paper: #fdfdfc; --ink: #1c1d20; --soft: #5a5e66; --line: #dcdcd8; --link: #0b5a8a;
  --right: #0f6e6a; --wrong: #a8480d; --bar: #7fb8b4; --card: #f4f4f1; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --ink: #ecedee; --soft: #a9aeb6; --line: #34383e;
  --link: #8cc8f0; --right: #6fd0c8; --wrong: #f0a268; --bar: #2f7f7a; --card: #1e2125; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Noto Sans CJK JP", "Hiragino Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 1rem 0 1.5rem; } h2 { font-size: 1.3rem; margin: 3rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; } main > section:first-child h2 { margin-top: 1.5rem; } p { margin: .25rem 0 1rem; max-width: 44rem; } .soft { color: var(--soft); }
a { color: var(--link); } a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { position: static; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; } main > nav { margin-top: 1.75rem; }
.figure { font-size: 2.6rem; font-weight: 650; line-height: 1.1; margin: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 1.5rem 0 0; }
dt { color: var(--soft); } dd { margin: 0; } code { font: .85em ui-monospace, monospace; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; overflow-wrap: normal; white-space: nowrap; font-variant-numeric: tabular-nums; }
caption { text-align: left; white-space: normal; color: var(--soft); padding-bottom: .5rem; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; }
th { color: var(--soft); } tbody th { color: var(--ink); font-weight: 600; } .name { text-align: left; } tbody .name { white-space: normal; overflow-wrap: break-word; max-width: 18rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: 1rem .75rem; padding: 0; margin: .5rem 0; list-style: none; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: .85rem; line-height: 1.35; margin-top: .3rem; }
.gallery img { width: 100%; height: auto; border-radius: 4px; background: #000; display: block; }
img { image-rendering: pixelated; } .small { grid-template-columns: repeat(auto-fill, minmax(4.5rem, 1fr)); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem 2.5rem; align-items: start; }
svg { max-width: 100%; height: auto; font: 12px system-ui, "Noto Sans CJK JP", sans-serif; } svg text { fill: var(--ink); }
svg .soft { fill: var(--soft); } .grid { stroke: var(--line); } .axis { stroke: var(--soft); } .bar { fill: var(--bar); }
.ideal { stroke: var(--soft); stroke-dasharray: 4 4; }
.other { fill: none; stroke: var(--soft); opacity: .65; stroke-linejoin: round; } .curve { fill: none; stroke: var(--right); stroke-width: 2.5; stroke-linejoin: round; }
details { margin: .75rem 0; } summary { cursor: pointer; color: var(--link); } footer { margin-top: 4rem; color: var(--soft); }
@media (max-width: 40rem) { .gallery:not(.small) { grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); } body { padding: 1rem .9rem 3rem; } h1 { font-size: 1.4rem; } .figure { font-size: 2.1rem; } th, td { padding: .3rem .35rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
@page { margin: 14mm 13mm; }
@media print { :root { font-size: 12.5px; } body { max-width: none; padding: 0; background: #fff; } nav, .back, details:not(.always, [open]) { display: none; }
  h2 { margin-top: 2rem; } h2, h3, h2 + p, h3 + p, caption { break-after: avoid; } figure, svg, table, tr, li, dl, .heat, .columns > * { break-inside: avoid; }
  .heat { break-before: avoid; } figcaption { font-size: .76rem; }
  .always > summary { display: none; } .always::details-content { content-visibility: visible; display: block; } a { color: inherit; text-decoration: none; }
  .gallery { grid-template-columns: repeat(8, 1fr); } .columns { grid-template-columns: 1fr 1fr; } .scroll { overflow: visible; } * { print-color-adjust: exact; } }
`;

/** What one of our pages holds. */
export interface PageParts {
  readonly title: string;
  /** Links to the sections; null where there is nothing to choose from. */
  readonly contents: Html | null;
  readonly main: Html;
  /** What its own drawings need beside the style of all pages. */
  readonly style?: string | undefined;
}

/** One HTML document without network or script, whose policy forbids both; the same parts give the same bytes. */
export function pageText(words: Words, { title, contents, main, style = '' }: PageParts): string {
  const all = STYLE + style;
  const hash = createHash('sha256').update(all).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${hash}'`;
  const page = html`<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="digitflow">
<title>${title}</title><style>${new Html(all)}</style></head>
<body><a class="skip" href="#main">${words.skip}</a>
<header><h1>${title}</h1>${contents}</header>
<main id="main">
${main}
</main><footer>${words.madeBy}</footer></body></html>
`;
  return page.text;
}

/** A page of these sections alone, with links to them where there are several. */
export function sectionsPage(
  words: Words,
  title: string,
  sections: readonly TitledSection[],
  style: string,
): string {
  return pageText(words, {
    title,
    contents: sections.length === 1 ? null : contentsOf(words, sections),
    main: html`${sections.map((section) => html`${titled(section)}\n`)}`,
    style,
  });
}

/** The links to a page's sections. */
export function contentsOf(
  words: Words,
  sections: readonly (readonly [id: string, title: string, ...unknown[]])[],
): Html {
  const links = sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="${words.contents}"><ul>${links}</ul></nav>`;
}
