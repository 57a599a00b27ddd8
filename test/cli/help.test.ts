import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runShared } from '../helpers/shared-cli.js';

async function said(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runShared(args);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

describe('digitflow --help', () => {
  test('says what digitflow is, and names its commands', async () => {
    const help = await said('--help');
    expect(help).toMatch(/^Usage: digitflow \[options\] \[command\]\n/);
    expect(help).toContain('evaluate [options] [images] [labels]');
    expect(await said('help')).toBe(help);
    // The default command has nothing to do with it.
    expect(await said('images', '--help')).toBe(help);
  });

  test.each(['evaluate', 'score', 'train', 'look', 'report', 'draw', 'serve'])(
    'says of %s what its own help says',
    async (name) => {
      const help = (await said('--help')).replace(/\n {20,}/g, ' ');
      const [, usage, description] =
        /^Usage: digitflow (.*)\n\n(.*(?:\n.+)*)\n\n/.exec(await said(name, '--help')) ?? [];
      expect(help.replace(/ {2,}/g, '  ')).toContain(`\n  ${usage}  ${description.replaceAll('\n', ' ')}\n`);
      expect(await said('help', name)).toBe(await said(name, '--help'));
    },
  );

  test('leads on with examples', async () => {
    expect(await said('--help')).toContain('$ digitflow evaluate');
  });
});

describe('digitflow evaluate --help', () => {
  test('explains every option, with examples and the exit codes', async () => {
    const help = await said('evaluate', '--help');
    const options = ['model', 'format', 'workers', 'batch-size', 'limit', 'mistakes', 'min-accuracy'];
    for (const option of [...options, 'normalize', 'quiet', 'debug']) expect(help).toContain(`--${option}`);
    expect(help).toContain('$ zcat images.gz | digitflow evaluate - labels.gz');
    for (const code of [0, 1, 2, 65, 66, 70, 74, 130]) expect(help).toMatch(new RegExp(`\\b${code} [a-z]`));
    expect(await said('help', 'evaluate')).toBe(help);
  });
});

describe('digitflow --version', () => {
  test('is that of the package, and nothing else', async () => {
    expect(await said('--version')).toBe(`${manifest.version}\n`);
    expect(await said('-V')).toBe(`${manifest.version}\n`);
  });
});
