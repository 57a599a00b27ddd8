import type { Command } from 'commander';
import { addLookDigitCommand } from './look-digit.js';

const EXAMPLES = `
Examples:
  $ digitflow look digit 0            the first test image on its way through the network
  $ digitflow look digit my-3.png     a digit of your own
  $ digitflow look digit 0 --why      which pixels made it so, and what would change the verdict

Layers and neurons are numbered as in the introduction: layer 1 is the first hidden one (0 is the image), the last
is the output; neurons count from 0.`;

/** Adds `digitflow look` and all that can be looked at. */
export function addLookCommand(program: Command): void {
  const look = program
    .command('look')
    .description('see inside a network: what a digit lights up, and why')
    .addHelpText('after', EXAMPLES);
  addLookDigitCommand(look);
}
