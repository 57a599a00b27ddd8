import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { checkGates } from '../../src/judging/gates.js';
import { errorAnnotation } from '../../src/outputs/judging/github.js';
import { junitXml } from '../../src/outputs/judging/junit.js';
import { evaluationOf } from '../counting/evaluation-of.js';

const MATRIX = [
  [8, 2],
  [1, 9],
];
const WHEN = new Date('2026-11-27T15:45:47.123Z');

/** An evaluation with gates, of classes with these names. */
function gated(names: readonly string[], least: number): Evaluation {
  const evaluation = evaluationOf(MATRIX, { names });
  const gates = { minAccuracy: 0.8, minRecallOf: { [names[0]]: least } };
  return { ...evaluation, gates: checkGates(evaluation, gates) };
}

describe("JUnit's XML", () => {
  // It is valid by the schema of windyroad/JUnit-Schema, as xmllint says, and by that of Jenkins.
  test('has a suite, and in it a case for each gate', () => {
    expect(junitXml(gated(['a', 'b'], 0.9), WHEN)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="digitflow" package="digitflow" id="0" hostname="localhost" timestamp="2026-11-27T15:45:47" tests="2" failures="1" errors="0" time="0.500">
    <properties>
      <property name="data" value="MNIST test set"/>
      <property name="model" value="tiny.safetensors"/>
      <property name="model.sha256" value="${'ab'.repeat(32)}"/>
      <property name="images" value="20"/>
      <property name="accuracy" value="0.85"/>
    </properties>
    <testcase name="accuracy" classname="digitflow.evaluate" time="0"/>
    <testcase name="recall of a" classname="digitflow.evaluate" time="0">
      <failure message="expected at least 0.9, found 0.8" type="min-recall">found 0.8</failure>
    </testcase>
    <system-out>2 gates: 1 passed, 1 failed: recall of a
passed  accuracy: expected at least 0.8, found 0.85
FAILED  recall of a: expected at least 0.9, found 0.8
</system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`);
    expect(junitXml(gated(['a', 'b'], 0.8), WHEN)).toContain(' tests="2" failures="0" ');
  });

  test('holds no name that is more than text, and no character that XML cannot say', () => {
    const xml = junitXml(gated([`<a>&"'\n\u0001\u001b[31m\ufffe\ud800]]>`, 'b'], 0.9), WHEN);
    const shown = String.raw`recall of &#60;a&#62;&#38;&#34;&#39;\n\u0001\u001b[31m\ufffe\ud800]]&#62;`;
    expect(xml).toContain(`<testcase name="${shown}" `);
    expect(xml).toContain(`FAILED  ${shown}: expected`);
    expect(xml).toMatch(/^[\n -~]*$/);
    expect(
      xml
        .match(/<[^>]*>/g)
        ?.every((tag) => /^<[/?]?[a-z-]+( [\w.]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*[/?]?>$/.test(tag)),
    ).toBe(true);
  });
});

test('an annotation is one line that the runner reads back as it was', () => {
  expect(errorAnnotation('recall of 8', 'recall of 8: expected at least 0.9, found 0.8')).toBe(
    '::error title=recall of 8::recall of 8: expected at least 0.9, found 0.8',
  );
  expect(errorAnnotation('a:b,c%3A', '100 %\r\n::warning::')).toBe(
    String.raw`::error title=a%3Ab%2Cc%253A::100 %25\r\n::warning::`,
  );
});
