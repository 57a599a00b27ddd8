import { displayWidth, padRight, wrap } from '../views/terminal/text-layout.js';

/** A command, and what it does after two spaces or more. */
const EXAMPLE = /^( {2}\$ .*?)(?: {2,}(.*))?$/;

/**
 * What follows the help: examples and paragraphs, an empty line between two of them, in lines of at most `width` columns. A
 * command is never broken.
 *
 * @param told says a paragraph, or what an example does, in another language
 */
export function afterHelp(
  text: string,
  width: number,
  told: (text: string) => string = (words) => words,
): string {
  const blocks = text
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      const [first, ...examples] = block.split('\n');
      if (examples[0]?.startsWith('  $')) return [told(first), ...laidOut(examples, width, told)];
      return wrap(told(block.replaceAll('\n', ' ')), width);
    });
  return `\n${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** What an example does stands after it, in the column where most of them have room; the others have a line of their own. */
function laidOut(lines: readonly string[], width: number, told: (text: string) => string): string[] {
  const examples = lines.map((line) => {
    const [, command = line, note] = EXAMPLE.exec(line) ?? [];
    return { command, note: note && told(note), end: command.length + 2 };
  });
  const fitting = (column: number) =>
    examples.filter(({ note, end }) => note && end <= column && column + displayWidth(note) <= width);
  const columns = examples.map(({ end }) => end).sort((a, b) => a - b);
  const column = columns.reduce((best, end) => (fitting(end).length > fitting(best).length ? end : best));
  const beside = new Set(fitting(column));
  return examples.flatMap((example) => {
    const { command, note } = example;
    if (beside.has(example)) return [padRight(command, column) + note];
    return [command, ...(note ? wrap(note, width - 6).map((line) => `      ${line}`) : [])];
  });
}
