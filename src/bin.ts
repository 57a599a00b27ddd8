import { chooseProgram } from './choose-program.js';
import { loadProgram } from './load-program.js';

const args = process.argv.slice(2);
loadProgram(chooseProgram(args))
  .run(args)
  // Whatever still holds the event loop (an idle pipe on stdin) is not worth waiting for: all output is out.
  .finally(() => process.exit());
