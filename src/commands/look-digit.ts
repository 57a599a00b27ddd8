import type { Command } from 'commander';

/** Adds `digitflow look digit`. */
export function addLookDigitCommand(look: Command): void {
  look.command('digit').argument('<image>');
}
