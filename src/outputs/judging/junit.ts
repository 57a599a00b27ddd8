import type { Evaluation } from '../../counting/evaluation.js';
import type { GateResult } from '../../counting/gate-result.js';
import { gatesWords } from '../../counting/wording.js';
import { safeText } from '../../errors.js';

/**
 * The gates of an evaluation as JUnit's XML: one suite, and in it one test case for each gate.
 *
 * @param when it was evaluated
 */
export function junitXml(evaluation: Evaluation, when: Date): string {
  const { gates = [], data, model, accuracy, images, seconds } = evaluation;
  const failures = gates.filter(({ passed }) => !passed).length;
  const properties = {
    ...{ data: data.dataset ?? data.name, model: model.name, 'model.sha256': model.sha256 },
    ...{ images, accuracy },
  };
  const suite = attributes({
    ...{ name: 'digitflow', package: 'digitflow', id: 0, hostname: 'localhost' },
    // The schema allows no fraction, and no time zone.
    timestamp: when.toISOString().slice(0, 19),
    ...{ tests: gates.length, failures, errors: 0, time: seconds.toFixed(3) },
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite${suite}>
    <properties>
${Object.entries(properties).map(propertyXml).join('')}    </properties>
${gates.map(caseXml).join('')}    <system-out>${escaped(gatesWords(gates))}
${gates.map(lineOf).join('')}</system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`;
}

function propertyXml([name, value]: [name: string, value: string | number | null]): string {
  return `      <property${attributes({ name, value: value ?? '' })}/>\n`;
}

function caseXml({ gate, name, passed, expected, found }: GateResult): string {
  const head = `    <testcase${attributes({ name, classname: 'digitflow.evaluate', time: 0 })}`;
  if (passed) return `${head}/>\n`;
  const failure = attributes({ message: `expected ${expected}, found ${found}`, type: gate });
  return `${head}>\n      <failure${failure}>${escaped(`found ${found}`)}</failure>\n    </testcase>\n`;
}

function lineOf({ name, passed, expected, found }: GateResult): string {
  return `${passed ? 'passed' : 'FAILED'}  ${escaped(`${name}: expected ${expected}, found ${found}`)}\n`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

/** Text for elements and attributes. XML has no way to say control characters, nor these two: they show as escapes. */
function escaped(text: string): string {
  return safeText(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
