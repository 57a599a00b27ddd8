// Runs command lines of the built program, one after the other, each as the executable runs its one.
import { createRequire } from 'node:module';

const { runCli } = createRequire(import.meta.url)('../../dist/cli.cjs');
const [, , end] = process.argv;

process.on('message', async ({ args, cwd }) => {
  process.chdir(cwd);
  await runCli(args);
  const { exitCode } = process;
  // A process ends here. This one goes on, so it forgets who listened.
  for (const event of ['uncaughtException', 'beforeExit', 'SIGINT', 'SIGTERM'])
    process.removeAllListeners(event);
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    await new Promise((resolve) => stream.write(end, resolve));
  }
  process.send({ exitCode });
});
process.on('disconnect', () => process.exit());
