import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cliEnvironment, PROGRAM, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';

// Takes root, slurm-wlm and munge: SLURM=yes npx vitest run test/examples/slurm.test.ts
const isWanted = process.env.SLURM !== undefined;

const SUBMIT = fileURLToPath(new URL('../../examples/slurm/submit.sh', import.meta.url));
const NODES = ['n1', 'n2', 'n3'];
const SHARDS = 6;

let folder = '';
const env = (): NodeJS.ProcessEnv => ({
  ...cliEnvironment(),
  SLURM_CONF: join(folder, 'slurm.conf'),
  PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
});

function asRoot(command: string, ...args: string[]): string {
  return execFileSync(command, args, { env: env(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** One controller and three nodes of two processors, all here. */
function start(): void {
  folder = mkdtempSync(join(tmpdir(), 'digitflow-slurm-'));
  for (const name of ['bin', 'state', 'spool']) mkdirSync(join(folder, name));
  // The task that has its number in FAULTS fails twice: once as with a full disk, once killed.
  const program = [
    '#!/usr/bin/env bash',
    'try=$((SLURM_RESTART_COUNT + 0))',
    'if [[ -n $FAULTS && $SLURM_ARRAY_TASK_ID == 2 && $try -lt 2 ]]; then',
    '  touch "$FAULTS/$try"',
    '  [[ $try == 0 ]] && exit 74',
    '  kill -9 $$',
    'fi',
    `exec '${process.execPath}' '${PROGRAM}' "$@"`,
  ].join('\n');
  writeFileSync(join(folder, 'bin', 'digitflow'), program);
  chmodSync(join(folder, 'bin', 'digitflow'), 0o755);
  startMunge();
  const at = (name: string) => join(folder, name);
  const lines = [
    ...[
      'ClusterName=here',
      `SlurmctldHost=${hostname()}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmctldPort=16817',
    ],
    ...['AuthType=auth/munge', 'AuthInfo=cred_expire=5', 'ReturnToService=2'],
    ...[`StateSaveLocation=${at('state')}`, `SlurmdSpoolDir=${at('spool')}/%n`],
    ...[`SlurmctldPidFile=${at('ctld.pid')}`, `SlurmdPidFile=${at('%n.pid')}`],
    ...[`SlurmctldLogFile=${at('ctld.log')}`, `SlurmdLogFile=${at('%n.log')}`],
    ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'MpiDefault=none'],
    ...['JobAcctGatherType=jobacct_gather/none', 'AccountingStorageType=accounting_storage/none'],
    ...['SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core'],
    'SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0',
    `NodeName=n[1-3] NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=[16821-16823] CPUs=2 RealMemory=2000`,
    'PartitionName=all Nodes=n[1-3] Default=YES MaxTime=INFINITE State=UP',
  ];
  writeFileSync(at('slurm.conf'), `${lines.join('\n')}\n`);
  asRoot('slurmctld', '-f', at('slurm.conf'));
  for (const node of NODES) asRoot('slurmd', '-f', at('slurm.conf'), '-N', node);
}

function startMunge(): void {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'munge'])));
  for (const path of ['/run/munge', '/var/log/munge', '/var/lib/munge', '/etc/munge']) {
    mkdirSync(path, { recursive: true });
    chownSync(path, uid, gid);
  }
  if (!existsSync('/etc/munge/munge.key')) execFileSync('mungekey', ['--create']);
  chownSync('/etc/munge/munge.key', uid, gid);
  const ids = ['--reuid=munge', '--regid=munge', '--clear-groups'];
  spawnSync('setpriv', [...ids, 'munged'], { stdio: 'ignore' });
}

function stop(): void {
  for (const name of ['ctld', ...NODES]) {
    const path = join(folder, `${name}.pid`);
    if (existsSync(path)) spawnSync('kill', ['-9', readFileSync(path, 'utf8').trim()]);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Until no task waits or runs. */
async function idle(): Promise<void> {
  while (asRoot('squeue', '-h').trim() !== '') await delay(500);
}

async function submit(csv: string, faults = ''): Promise<string> {
  const cwd = mkdtempSync(join(folder, 'run-'));
  writeFileSync(join(cwd, 'rows.csv'), csv);
  execFileSync(SUBMIT, [`${SHARDS}`, 'rows.csv'], { cwd, env: { ...env(), FAULTS: faults }, stdio: 'pipe' });
  await idle();
  return cwd;
}

describe.skipIf(!isWanted)('the scripts for Slurm', () => {
  beforeAll(start);
  afterAll(stop);

  test('do what one machine does, also where a task fails and is killed', async () => {
    const faults = join(folder, 'faults');
    mkdirSync(faults);
    const cwd = await submit(digitsCsv({ count: 300, header: true }), faults);
    expect(existsSync(join(faults, '0')) && existsSync(join(faults, '1'))).toBe(true);
    const { stdout } = await runCli(['score', 'rows.csv', '--quiet'], { cwd });
    expect(readFileSync(join(cwd, 'predictions.csv'), 'utf8')).toBe(stdout);
  });

  test('do not put together what has a bad row, and name it', async () => {
    const rows = digitsCsv({ count: 300 }).split('\n');
    rows[200] = rows[200].replace(',', ',x');
    const cwd = await submit(rows.join('\n'));
    expect(existsSync(join(cwd, 'predictions.csv'))).toBe(false);
    const logs = execFileSync('sh', ['-c', 'cat logs/*'], { cwd, encoding: 'utf8' });
    expect(logs.trim()).toBe(
      'digitflow: rows.csv: line 201: column 2: expected a number, found x0; fix the row, or give --on-error skip',
    );
  });
});
