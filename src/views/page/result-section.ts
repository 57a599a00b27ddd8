import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import { grouped, percent, percentage } from '../../counting/wording.js';
import { type EvaluationFinding, findingsOf } from '../../judging/findings.js';
import type { Words } from '../words/words.js';
import { type Html, html, type SectionContext, section } from './html.js';
import { datasetOf, imagesOf } from './provenance.js';

export const RESULT_STYLE = `
.verdict { font-weight: 650; padding: .5rem .9rem; margin: 1rem 0 .5rem; border-left: .3rem solid var(--right); background: var(--card); max-width: none; }
.verdict.failed { border-color: var(--wrong); } .gates { list-style: none; padding: 0 0 0 1.2rem; margin: 0 0 1.25rem; } .gates b { color: var(--right); } .gates .failed b { color: var(--wrong); }
.findings { padding-left: 1.2rem; margin: .25rem 0; max-width: 46rem; } .findings li { margin: .15rem 0; }
.figure + p { margin-bottom: .25rem; }
`;

/** How well it did, whether that is good enough, and what stands out. */
export function resultSection(context: SectionContext): Html {
  const { words, evaluation, share } = context;
  const { data, model, interval, images, correct, accuracy, gates } = evaluation;
  const count = grouped(images);
  const range = interval && words.interval(percentage(interval.low, 2), percentage(interval.high, 2));
  const note = readingNote(words, evaluation);
  const body = html`
<p class="figure">${share(accuracy, 2)}</p>
<p>${words.accuracyLine(range, grouped(images - correct), count)}</p>
<p class="soft">${words.resultOf(model.name, datasetOf(words, data), imagesOf(words, evaluation))}</p>
${gates === undefined ? null : gateList(gates, words)}${note === null ? findingList(context) : html`<p><strong>${note}</strong></p>\n`}`;
  return section(words, 'evaluated', body);
}

/** One sentence on how the input was read: what would be better, or that nothing would; null where all is well. */
export function readingNote(
  words: Words,
  { otherReading, isNearChance }: Pick<Evaluation, 'otherReading' | 'isNearChance'>,
): string | null {
  if (otherReading === null) return isNearChance ? words.nearChance : null;
  const share = (value: number) => percent(value, 0, words.absent);
  const { words: how, flags, images, accuracy, accuracyAsRead } = otherReading;
  return words.otherReading(how, flags, grouped(images), {
    accuracy: share(accuracy),
    asRead: share(accuracyAsRead),
  });
}

function gateList(gates: readonly GateResult[], words: Words): Html {
  const failed = gates.filter(({ passed }) => !passed).length;
  const kind = (passed: boolean) => (passed ? 'passed' : 'failed');
  const items = gates.map((gate) => {
    const verdict = gate.passed ? words.gatePassed : words.gateFailed;
    return html`<li class="${kind(gate.passed)}"><b>${gate.passed ? '✓' : '✗'} ${verdict}</b> ${words.gate(gate)}</li>\n`;
  });
  return html`<p class="verdict ${kind(failed === 0)}">${words.gates(gates.length, failed)}</p>
<ul class="gates">\n${items}</ul>\n`;
}

function findingList({ words, evaluation, name, share }: SectionContext): Html | null {
  const findings = findingsOf(evaluation);
  if (findings.length === 0) return null;
  const own = words.findings;
  const said = (finding: EvaluationFinding): string => {
    if (finding.kind === 'drift') {
      const to = finding.to.map(({ prediction, count }) => ({ name: name(prediction), count }));
      return own.drift(name(finding.truth), finding.mistakes, to);
    }
    if (finding.kind === 'weak')
      return own.weak(
        finding.classes.map(({ index, recall }) => ({ name: name(index), share: share(recall) })),
      );
    return own[finding.kind === 'surer' ? 'surer' : 'lessSure'](
      share(finding.confidence),
      share(finding.accuracy),
    );
  };
  return html`<h3>${own.title}</h3>
<ul class="findings">\n${findings.map((finding) => html`<li>${said(finding)}</li>\n`)}</ul>
<p class="soft">${own.note}</p>\n`;
}
