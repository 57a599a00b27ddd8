import type { Command } from 'commander';
import { MOST_WORKERS } from '../pool/choose-workers.js';
import { BUNDLED_MODELS } from '../sources/open-model.js';
import { addCsvOptions } from './csv-options.js';
import { wholeNumber } from './option-values.js';

/** Which network. */
export function addModelOption(command: Command): Command {
  return command.option(
    '-m, --model <name>',
    `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
    BUNDLED_MODELS[0],
  );
}

/**
 * The options that a command ends with that runs over images, a CSV's among them.
 *
 * @param batchHelp what a batch is made of, and how many go into one by default
 */
export function addRunningOptions(command: Command, batchHelp: string): Command {
  command
    .option(
      '-w, --workers <count>',
      'threads; 0 does without (default: by the cores and the input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--batch-size <count>', batchHelp, wholeNumber(1))
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
  return addCsvOptions(command);
}
