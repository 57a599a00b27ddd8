import { runCli } from './cli.js';

await runCli(process.argv.slice(2));
// Whatever still holds the event loop (an idle pipe on stdin) is not worth waiting for: all output is out.
process.exit();
