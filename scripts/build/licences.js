// The licences of what is bundled, as their texts ask for it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Compiled into the kernels: what AssemblyScript's own library has of the memory and of numbers. */
const COMPILED_IN = ['assemblyscript'];

/**
 * @param {string} root the repository
 * @param {readonly import('esbuild').Metafile[]} metafiles what went into the bundles
 * @param {string} file gets name, version and licence of each package, and its texts
 */
export function writeLicences(root, metafiles, file) {
  const bundled = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)),
  );
  const names = bundled.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const sections = [...new Set([...names, ...COMPILED_IN])].sort().map((name) => licenceOf(root, name));
  const head = 'Parts of these packages are in the files of this folder, each under its own licence.\n';
  writeFileSync(file, [head, ...sections].join(`\n${'-'.repeat(80)}\n\n`));
}

/**
 * @param {string} root
 * @param {string} name of a package
 */
function licenceOf(root, name) {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copyright)/i.test(file));
  if (!files.some((file) => /^licen[cs]e/i.test(file)))
    throw new Error(`${name}: bundled, but without a licence`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
