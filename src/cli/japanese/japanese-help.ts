import { Help, type HelpConfiguration } from 'commander';
import { displayWidth, wrap } from '../../views/terminal/text-layout.js';
import { afterHelp } from '../help-layout.js';
import { COMMANDS_JA } from './commands-ja.js';
import { EXAMPLES_JA } from './examples-ja.js';
import { NOTES_JA } from './notes-ja.js';
import { OPTIONS_JA } from './options-ja.js';
import { WORK_OPTIONS_JA } from './work-options-ja.js';

/** Every text of the help, in English and in Japanese. */
export const HELP_JA: Readonly<Record<string, string>> = {
  ...COMMANDS_JA,
  ...OPTIONS_JA,
  ...WORK_OPTIONS_JA,
  ...EXAMPLES_JA,
  ...NOTES_JA,
};

/**
 * How commander is to say its help in Japanese, and a function that does so with what follows the help.
 *
 * @param words the Japanese of each text; one that is missing stays English
 */
export function japaneseHelp(width: number, words = HELP_JA) {
  const told = (text: string): string => {
    const [, about, rest] = /^(CSV|evaluate|score): (.*)$/s.exec(text) ?? [];
    return about === undefined ? (words[text] ?? text) : `${about}：${told(rest)}`;
  };
  /** `<layer:n=value>`: each word of it. */
  const placed = (term: string) =>
    term.replace(/[<[][^|]*[>\]]/g, (places) => places.replace(/[a-z]{2,}|\bn\b/gi, (place) => told(place)));
  const plain = Help.prototype;
  const help: HelpConfiguration = {
    helpWidth: width,
    displayWidth,
    boxWrap: (text, columns) => wrap(text, columns).join('\n'),
    styleTitle: told,
    styleUsage: placed,
    optionTerm: ({ flags }) => placed(flags),
    // That there are options is no news, and the words are wide.
    subcommandTerm: (command) =>
      `${command.name()} ${placed(command.usage().replace('[options]', ''))}`.replace(/ +/g, ' '),
    argumentTerm: (argument) => argument.name().replace(/[a-z]{2,}|\bn\b/gi, (place) => told(place)),
    commandDescription: (command) => told(command.description()),
    subcommandDescription: (command) => told(command.description()),
    argumentDescription: ({ description }) => told(description),
    optionDescription: (option) => {
      // What commander adds: the choices, the default, the environment.
      const added = plain.optionDescription.call(help, option).slice(option.description.length).trim();
      return told(option.description) + addedInJapanese(added);
    },
  };
  return { help, after: (text: string) => afterHelp(text, width, told) };
}

function addedInJapanese(added: string): string {
  return added
    .replace(/^\((.*)\)$/, '（$1）')
    .replaceAll(/, (default|env): /g, '。$1: ')
    .replaceAll(', ', '、')
    .replace('choices: ', '選択肢：')
    .replace('default: ', '既定値：')
    .replace('env: ', '環境変数：')
    .replaceAll('"', '');
}
