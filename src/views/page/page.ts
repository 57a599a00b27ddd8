import { createHash } from 'node:crypto';
import { LANGUAGES, type Language, type Words } from '../words/words.js';
import { reliabilitySection, thresholdsSection } from './chart-sections.js';
import { confusionsSection, matrixSection } from './confusion-sections.js';
import { Html, html } from './html.js';
import { cellsSection, mistakesSection, neuronsSection, suspectsSection } from './image-sections.js';
import { journeySection } from './journey-section.js';
import { STYLE } from './page-style.js';
import type { ReportData } from './report-data.js';
import { cellId, type SectionContext, sectionContext } from './section-context.js';
import { classesSection, summarySection } from './summary-sections.js';

/** The report as one HTML document without network or script; the same data gives the same bytes. */
export function reportPage(data: ReportData, language: Language): string {
  const words = LANGUAGES[language];
  const { evaluation } = data;
  const cells = new Set(data.cells.map(({ truth, prediction }) => cellId(truth, prediction)));
  const context = sectionContext(evaluation, words, cells);
  const title = words.title(evaluation.data.dataset ?? evaluation.data.name);
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${hash}'`;
  const hasImages = evaluation.images > 0;
  const page = html`<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="digitflow">
<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><a class="skip" href="#main">${words.skip}</a>
<header><h1>${title}</h1>${hasImages ? contents(words, data) : null}</header>
<main id="main">
${summarySection(context)}
${hasImages ? details(data, context) : null}
</main><footer>${words.madeBy}</footer></body></html>
`;
  return page.text;
}

function details(data: ReportData, context: SectionContext): Html {
  return html`${matrixSection(context)}
<div class="columns">${classesSection(context)}${confusionsSection(context)}</div>
<div class="columns">${reliabilitySection(context)}${thresholdsSection(context, data.thresholds)}</div>
${mistakesSection(context, data.mistakes)}
${suspectsSection(context, data.suspects)}
${journeySection(context, data.journey)}
${neuronsSection(context, data.layers)}
${cellsSection(context, data.cells)}`;
}

function contents(words: Words, { layers, journey, cells }: ReportData): Html {
  const entries: readonly (readonly [id: string, title: string, isThere: boolean])[] = [
    ['evaluated', words.evaluated, true],
    ['matrix', words.matrix, true],
    ['classes', words.classes, true],
    ['reliability', words.reliability, true],
    ['thresholds', words.thresholds, true],
    ['mistakes', words.mistakes, true],
    ['suspects', words.suspects, true],
    ['journey', words.journey, journey !== null],
    ['neurons', words.neurons, layers.length > 0],
    ['cells', words.cells, cells.length > 0],
  ];
  const links = entries
    .filter(([, , isThere]) => isThere)
    .map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="${words.contents}"><ul>${links}</ul></nav>`;
}
