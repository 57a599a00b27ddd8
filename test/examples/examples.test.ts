import { execFileSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { describe, expect, test } from 'vitest';
import { cliEnvironment, PROGRAM } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { kubernetesFaults, kubernetesObjects } from '../helpers/kubernetes.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
/** To try again helps nothing: flags, data, inputs. */
const FINAL = [2, 65, 66];

const textOf = (name: string) => readFile(join(EXAMPLES, name), 'utf8');

/** What follows the executable's own path. */
function commandOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word.endsWith('dist/digitflow.cjs'));
  return words.slice(at + 1);
}

async function expectFlags(args: readonly string[]): Promise<void> {
  const { stdout } = await runShared([args[0], '--help']);
  for (const flag of args.filter((arg) => arg.startsWith('-')))
    expect(stdout).toMatch(new RegExp(`^ +(-\\w, )?${flag}[ ,]`, 'm'));
}

async function jobs(): Promise<Job[]> {
  const names = ['1-plan.yaml', '2-score.yaml', '3-merge.yaml'];
  const texts = await Promise.all(names.map((name) => textOf(`kubernetes/${name}`)));
  return texts.flatMap((text) => kubernetesObjects(text) as Job[]);
}

const argsOf = (job: Job) => job.spec?.template.spec?.containers[0].args ?? [];

describe('the jobs for Kubernetes', () => {
  test('are what its types say', async () => {
    const objects = await jobs();
    expect(objects.map(({ kind }) => kind)).toEqual(['Job', 'Job', 'Job']);
    expect(await kubernetesFaults(objects as Parameters<typeof kubernetesFaults>[0])).toBe('');
  });

  test('end for good where to try again helps nothing, and only there', async () => {
    const [plan, score, merge] = await jobs();
    for (const { spec } of [plan, score, merge]) {
      const exits = spec?.podFailurePolicy?.rules.filter(({ onExitCodes }) => onExitCodes !== undefined);
      const [container] = spec?.template.spec?.containers ?? [];
      expect(exits?.map(({ onExitCodes }) => onExitCodes)).toEqual([
        { containerName: container.name, operator: 'In', values: FINAL },
      ]);
      // A pod failure policy counts for no other.
      expect(spec?.template.spec?.restartPolicy).toBe('Never');
      const { volumes } = spec?.template.spec ?? {};
      expect(container.volumeMounts?.map(({ name }) => name)).toEqual(volumes?.map(({ name }) => name));
    }
    const actions = score.spec?.podFailurePolicy?.rules.map(({ action }) => action);
    // One shard that cannot be scored ends no other.
    expect(actions).toEqual(['Ignore', 'FailIndex']);
    expect(score.spec?.completionMode).toBe('Indexed');
    expect(score.spec?.backoffLimitPerIndex).toBeGreaterThan(0);
    expect(argsOf(plan)).toContain(`${score.spec?.completions}`);
    // Else it would count for all shards together.
    expect(score.spec?.backoffLimit).toBeUndefined();
  });

  test('do what one machine does, with the very arguments that stand there', async () => {
    const [plan, score, merge] = (await jobs()).map(argsOf);
    const [cwd, apart] = [await tempFolder(rowFiles()), await tempFolder(rowFiles())];
    const few = plan.map((arg) => (arg === '200' ? '3' : arg));
    expect(await runShared(few, { cwd })).toMatchObject({ exitCode: 0 });
    for (const index of ['1', '2', '0'])
      expect(await runShared(score, { cwd, env: { JOB_COMPLETION_INDEX: index } })).toMatchObject({
        exitCode: 0,
      });
    expect(await runShared(merge, { cwd })).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(cwd, 'predictions.csv'), 'utf8')).toBe(await scoredAtOnce(apart));
  });
});

test('the definition for AWS Batch ends for good where to try again helps nothing', async () => {
  const { retryStrategy, containerProperties } = JSON.parse(await textOf('aws-batch/job-definition.json'));
  const ends = retryStrategy.evaluateOnExit.filter(({ action }: { action: string }) => action === 'EXIT');
  expect(ends.map(({ onExitCode }: { onExitCode: string }) => Number(onExitCode))).toEqual(FINAL);
  expect(retryStrategy.evaluateOnExit.at(-1)).toEqual({ onReason: '*', action: 'RETRY' });
  const args = commandOf(containerProperties.command);
  await expectFlags(args);
  expect(args.slice(args.indexOf('--shard'))[1]).toBe('auto');
});

const hasParallel = has('parallel');
if (process.env.DIGITFLOW_PARALLEL === 'required')
  test('GNU parallel is there', () => expect(hasParallel).toBe(true));

test.skipIf(!hasParallel)('the script for GNU parallel does what one machine does', async () => {
  const [cwd, apart] = [await tempFolder(rowFiles()), await tempFolder(rowFiles())];
  await run(join(EXAMPLES, 'parallel.sh'), ['5', 'rows-1.csv', 'rows-2.csv'], cwd);
  expect(await readFile(join(cwd, 'predictions.csv'), 'utf8')).toBe(await scoredAtOnce(apart));
});

function rowFiles(): Record<string, Buffer> {
  const rows = (count: number) => Buffer.from(digitsCsv({ count }));
  return { 'rows-1.csv': rows(37), 'rows-2.csv': rows(23) };
}

async function scoredAtOnce(cwd: string): Promise<string> {
  const { stdout } = await runShared(['score', 'rows-1.csv', 'rows-2.csv', '--quiet'], { cwd });
  expect(stdout.split('\n')).toHaveLength(62);
  return stdout;
}

function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
}

/** Runs a script that finds `digitflow` where an installed one is found. */
async function run(script: string, args: readonly string[], cwd: string): Promise<void> {
  const bin = await tempFolder();
  const command = join(bin, 'digitflow');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  await chmod(command, 0o755);
  const env = { ...cliEnvironment(), PATH: `${bin}:${process.env.PATH}` };
  execFileSync(script, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}
