import { LANGUAGES, type Language, type Words } from '../words/words.js';
import { RELIABILITY_STYLE, reliabilitySection, thresholdsSection } from './chart-sections.js';
import { contentsOf, pageText } from './document.js';
import { HEAT_STYLE } from './heat.js';
import {
  cellId,
  type Html,
  html,
  SECTIONS,
  type SectionContext,
  type SectionId,
  sectionContext,
} from './html.js';
import { cellsSection, IMAGES_STYLE, mistakesSection } from './image-sections.js';
import { CHART_STYLE } from './interval-chart.js';
import { JOURNEY_STYLE, journeySection } from './journey/journey-section.js';
import { NEURONS_STYLE, neuronsSection } from './journey/neurons-section.js';
import { datasetOf, provenanceSection } from './provenance.js';
import { rankingSection } from './ranking-section.js';
import type { ReportData } from './report-data.js';
import { RESULT_STYLE, resultSection } from './result-section.js';
import { slicesSection } from './slices-section.js';
import { classesSection, confusionsSection, MATRIX_STYLE, matrixSection } from './table-sections.js';

/** The report as one HTML document without network or script; the same data gives the same bytes. */
export function reportPage(data: ReportData, language: Language): string {
  const words = LANGUAGES[language];
  const { evaluation } = data;
  const cells = new Set(data.cells.map(({ truth, prediction }) => cellId(truth, prediction)));
  const context = sectionContext(evaluation, words, cells);
  const title = words.title(datasetOf(words, evaluation.data));
  const hasImages = evaluation.images > 0;
  return pageText(words, {
    title,
    contents: null,
    main: html`${resultSection(context)}
${
  hasImages
    ? html`${contents(words, data)}
${details(data, context)}`
    : null
}${provenanceSection(context)}`,
    style: [
      ...[RESULT_STYLE, MATRIX_STYLE, HEAT_STYLE, RELIABILITY_STYLE, CHART_STYLE, IMAGES_STYLE],
      ...[JOURNEY_STYLE, NEURONS_STYLE],
    ].join(''),
  });
}

function details(data: ReportData, context: SectionContext): Html {
  return html`${matrixSection(context)}
<div class="columns">${classesSection(context)}${confusionsSection(context)}</div>
${slicesSection(context)}
${mistakesSection(context, data)}
<div class="columns">${reliabilitySection(context)}${thresholdsSection(context, data)}</div>
${rankingSection(context)}
${journeySection(context, data)}
${neuronsSection(context, data)}
${cellsSection(context, data)}
`;
}

function contents(words: Words, { evaluation, layers, journeys, cells }: ReportData): Html {
  const isLeftOut: Partial<Record<SectionId, boolean>> = {
    ...{
      evaluated: true,
      confusions: true,
      ranking: evaluation.outputs === undefined,
      slices: !evaluation.slices?.length,
      journey: journeys.length === 0,
      thresholds: evaluation.calibration === null,
    },
    ...{ neurons: layers.length === 0, cells: cells.length === 0 },
  };
  return contentsOf(
    words,
    SECTIONS.filter((id) => !isLeftOut[id]).map((id) => [id, words[id]]),
  );
}
