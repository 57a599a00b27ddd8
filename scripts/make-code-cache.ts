// Runs each command in a process of its own, and keeps the code that V8 made of it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROGRAMS, type ProgramName } from '../src/choose-program.js';
import { codeFileOf, compileProgram, seal } from '../src/code-cache.js';
import { MNIST_FILES } from '../src/inputs/known-datasets.js';

const DIST = join(import.meta.dirname, '..');
const DATA = join(DIST, '..', 'data');
const ROWS = 100;

/** What is run, one after the other: the usual ways of each command, since of what was not run no code is kept. */
function runsOf(program: ProgramName, folder: string): string[][] {
  const csv = join(folder, 'digits.csv');
  const out = join(folder, 'out');
  switch (program) {
    case 'evaluate':
      return [['evaluate']];
    case 'score':
      writeFileSync(csv, digitsCsv());
      return ['0', '1'].map((workers) => ['score', csv, '--workers', workers, '--out', `${out}-${workers}`]);
    case 'look':
      return [
        ['look', 'digit', '0'],
        ['look', 'neuron', '1:4'],
        ['look', 'network'],
      ];
    case 'report':
      return [['report', '--out', out]];
    case 'train':
      return [['train', '--help']];
    case 'version':
      return [['--version']];
    case 'all':
      return [['--help']];
  }
}

/** Test images as Kaggle writes them. */
function digitsCsv(): string {
  const bytes = readFileSync(join(DATA, MNIST_FILES.testImages.name));
  const header = Array.from({ length: 784 }, (_, index) => `pixel${index}`);
  const rows = Array.from({ length: ROWS }, (_, row) => bytes.subarray(16 + row * 784, 16 + (row + 1) * 784));
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

async function makeCodeCache(name: ProgramName): Promise<void> {
  const file = join(DIST, `digitflow-${name}.cjs`);
  const source = readFileSync(file);
  const { script, run } = compileProgram(file, { source });
  const program = run();
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  try {
    for (const args of runsOf(name, folder)) {
      await program.run(args);
      if (process.exitCode) throw new Error(`digitflow ${args.join(' ')} ended with ${process.exitCode}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const target = codeFileOf(file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, seal({ source, code: script.createCachedData() }));
}

const asked = PROGRAMS.find((name) => name === process.argv[2]);
if (asked === undefined) {
  for (const name of PROGRAMS) execFileSync(process.execPath, [import.meta.filename, name]);
} else {
  await makeCodeCache(asked);
  process.exit();
}
