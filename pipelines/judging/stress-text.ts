import { createCanvas } from '../../src/corruptions/canvas.js';
import { CORRUPTIONS, corrupt } from '../../src/corruptions/corruptions.js';
import { stressJson } from '../../src/outputs/json-text.js';
import type { StressPictures } from '../../src/views/page/stress-page.js';
import { pictureOf } from '../../src/views/picture.js';
import { renderStress } from '../../src/views/terminal/judging/render-stress.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import type { Language } from '../../src/views/words/words.js';
import type { StressResult } from './stress.js';

/** How a stress test can be written. */
export type StressFormat = 'table' | 'json' | 'markdown' | 'csv';

/** A stress test as text, with a newline at its end. */
export async function stressText(
  { report }: Pick<StressResult, 'report'>,
  format: StressFormat,
  options: RenderOptions,
): Promise<string> {
  if (format === 'json') return stressJson(report);
  if (format === 'table') return renderStress(report, options);
  const { stressCsv, stressMarkdown } = await import('../../src/outputs/judging/stress-tables.js');
  return format === 'csv' ? stressCsv(report) : stressMarkdown(report);
}

/** A stress test as one HTML page. */
export async function stressPageText(result: StressResult, language: Language = 'en'): Promise<string> {
  const { stressPage } = await import('../../src/views/page/stress-page.js');
  return stressPage(result.report, picturesOf(result), language);
}

/** The first image at each strength, and the images whose verdict flips: bright on dark, as they are seen. */
function picturesOf({ report, example, flips, normalization, classes }: StressResult): StressPictures {
  const { height, width } = report.data;
  const stored = { transposed: normalization.transposed, inverted: normalization.scale < 0 };
  const seen = (pixels: Uint8Array) => pictureOf(pixels, height, width, stored.transposed);
  const worseOf = (image: Uint8Array) => {
    const canvas = createCanvas({ height, width });
    return CORRUPTIONS.filter(({ name }) => report.corruptions.some((curve) => curve.name === name)).map(
      (corruption) =>
        corruption.strengths.map((_, level) => {
          const target = new Uint8Array(image.length);
          corrupt(image, target, canvas, stored, { corruption, level, seed: report.seed, index: 0 });
          return seen(target);
        }),
    );
  };
  return {
    examples: example && { clean: seen(example), worse: worseOf(example) },
    flips: flips.flatMap(({ index, pixels, changed, verdict, becomes, distances }) =>
      changed === null || becomes === null || distances.largest.high === null
        ? []
        : {
            ...{ index, image: seen(pixels), changed: seen(Uint8Array.from(changed, Math.round)) },
            ...{ verdict: classes[verdict], becomes: classes[becomes], distance: distances.largest.high },
          },
    ),
  };
}
