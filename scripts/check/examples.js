// The library's examples in the documents.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root the repository
 * @returns {{ name: string, code: string }[]} each block of code in README.md and docs/ that imports digitflow, named after
 *   its place
 */
export function examplesOf(root) {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return Array.from(text.matchAll(/^```(?:js|ts)\n([\s\S]*?)^```/gm), ({ 1: code, index }) => ({
      name: `${page.replace(/\W+/g, '-')}-line-${text.slice(0, index).split('\n').length + 1}`,
      code,
    })).filter(({ code }) => /^import .* from 'digitflow(\/\w+)?';$/m.test(code));
  });
}
