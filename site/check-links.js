// Whether every link of the site leads to a file of it, and to a heading that is there.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = fileURLToPath(new URL('out', import.meta.url));
const pages = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.html'));
const broken = new Set();
let count = 0;

/** @type {Map<string, Set<string>>} */
const anchors = new Map();

/** @param {string} file a page */
function anchorsOf(file) {
  const found = anchors.get(file) ?? new Set(readFileSync(file, 'utf8').match(/(?<=\bid=")[^"]+/g));
  anchors.set(file, found);
  return found;
}

/**
 * @param {string} page
 * @param {string} link
 */
function leadsSomewhere(page, link) {
  const [path, anchor] = decodeURI(link).split('#');
  let file = path === '' ? page : join(dirname(page), path);
  if (file.endsWith('/')) file = join(file, 'index.html');
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  return !anchor || !file.endsWith('.html') || anchorsOf(file).has(anchor);
}

for (const name of pages) {
  const page = join(out, name);
  for (const [, link] of readFileSync(page, 'utf8').matchAll(/\b(?:href|src|srcset)="([^"]*)"/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    count++;
    if (!leadsSomewhere(page, link)) broken.add(`${name}: ${link}`);
  }
}
for (const link of broken) process.stderr.write(`${link} leads nowhere\n`);
process.stdout.write(`${count} links in ${pages.length} pages, ${broken.size} broken\n`);
if (broken.size > 0 || count === 0) process.exitCode = 1;
