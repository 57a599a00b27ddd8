#!/usr/bin/env node
import module from 'node:module';

// From Node 22.8 on V8's code of what is loaded next is kept for later starts; silent where it cannot be written.
if ('enableCompileCache' in module) (module.enableCompileCache as () => void)();
const { runCli }: typeof import('./cli/program.js') = require('./cli.cjs');
// What still holds the event loop (an idle pipe on stdin) is not worth waiting for: all output is out.
runCli(process.argv.slice(2)).finally(() => process.exit());
