import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = await readFile(join(root, 'examples/github/network.yml'), 'utf8');
const workflow = parse(text);
const { steps } = workflow.jobs.evaluate;

/** The arguments of a command line of ours, as a shell takes them. */
function argsOf(line: string): string[] {
  expect(line).toMatch(/^npx digitflow [\w\s./%=-]+$/);
  return line.trim().split(/\s+/).slice(2);
}

const runs: string[] = steps.flatMap(({ run }: { run?: string }) => run ?? []);
const commands = runs.filter((line) => line.startsWith('npx digitflow ')).map(argsOf);
const MADE = /npx digitflow (evaluate .*) > (\S+)$/m.exec(text);

describe('the workflow for GitHub', () => {
  test('has what a workflow needs, and may read the repository alone', () => {
    expect(Object.keys(workflow).sort()).toEqual(['jobs', 'name', 'on', 'permissions']);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.keys(workflow.on).sort()).toEqual(['pull_request', 'push']);
    for (const step of steps) expect('run' in step !== 'uses' in step).toBe(true);
    expect(runs).toHaveLength(3);
    expect(commands.map(([command]) => command)).toEqual(['evaluate', 'report']);
  });

  test('does what it says, with the very arguments that stand there: well where it is as good, and 1 where it is worse', async () => {
    const cwd = await tempFolder();
    const network = join(cwd, 'network.safetensors');
    await mkdir(join(cwd, 'baseline'));
    await copyFile(join(root, 'data/relu.safetensors'), network);
    const [, made, path] = MADE ?? [];
    const { stdout, exitCode } = await runShared(made.split(' '), { cwd });
    expect(exitCode).toBe(0);
    await writeFile(join(cwd, path), stdout);
    const [evaluate, report] = commands;
    expect(await runShared(evaluate, { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(cwd, 'gates.xml'), 'utf8')).toContain(' tests="4" failures="0" ');
    expect(await runShared(report, { cwd })).toMatchObject({ exitCode: 0 });
    await copyFile(join(root, 'data/sigmoid.safetensors'), network);
    const worse = await runShared(evaluate, { cwd });
    expect(worse).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^digitflow: .*\n$/) });
    expect(await readFile(join(cwd, 'gates.xml'), 'utf8')).toContain(' tests="4" failures="1" ');
    const uploaded = steps.at(-1).with.path.trim().split('\n');
    for (const name of uploaded) expect(await readFile(join(cwd, name), 'utf8')).not.toBe('');
  }, 30_000);
});
