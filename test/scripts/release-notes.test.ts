import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tempFolder } from '../inputs/temp-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');

const OLDER = '## 0.0.9 - 2026-01-01\n\nOlder.\n';

/** What the script says of a changelog and a package.json. */
async function notesOf(tag: string, { version = '0.1.0', text = changelog } = {}) {
  const cwd = await tempFolder();
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ version }));
  writeFileSync(join(cwd, 'CHANGELOG.md'), text);
  const args = [join(root, 'scripts/release-notes.js'), tag];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return { stdout, stderr, status };
}

test.each(['0.1.0 - 2026-12-01', '[0.1.0] - 2026-12-01', '0.1.0'])(
  'the notes of a release are its section of the changelog: ## %s',
  async (heading) => {
    // Whatever the newest section is called today.
    const [head, newest] = changelog.split(/^## .*\n/m);
    const text = `${head}## ${heading}\n${newest}${OLDER}`;
    const { stdout, stderr, status } = await notesOf('v0.1.0', { text });
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toBe(`${newest.trim()}\n`);
    expect(stdout).toMatch(/^### /m);
  },
);

test.each([
  ['v0.2.0', {}, 'the tag: expected v0.1.0, as package.json says, found v0.2.0\n'],
  ['', {}, 'the tag: expected v0.1.0, as package.json says, found none\n'],
  ['v0.1.0', { text: '## Unreleased\n\nAll.\n' }, 'expected a section "## 0.1.0 - <date>" with words in it'],
  // 0.1.0 is not the beginning of 0.1.01, and a heading alone says nothing.
  [
    'v0.1.0',
    { text: '## 0.1.01\n\nOther.\n## 0.1.0 - 2026-12-01\n\n' },
    'with words in it; rename "Unreleased"',
  ],
])('a release that is not ready fails: %s %j', async (tag, given, said) => {
  const { stdout, stderr, status } = await notesOf(tag, given);
  expect([stdout, status]).toEqual(['', 1]);
  expect(stderr).toContain(said);
});
