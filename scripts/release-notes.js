// node scripts/release-notes.js v1.2.3: prints what CHANGELOG.md says of that version, for the notes of its release.
// Fails where the tag is not that of package.json's version, or the changelog has no section for it.
import { readFileSync } from 'node:fs';

const [tag = ''] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The lines below the heading `## 1.2.3 - 2026-12-01` up to the next one; undefined where there is none. */
function sectionOf(changelog) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/[\s\]]/, 1)[0].replace('[', '') === version);
  return section?.replace(/^.*\n/, '').trim();
}

/** @returns {string} */
function notes() {
  if (tag !== `v${version}`) {
    throw new Error(`the tag: expected v${version}, as package.json says, found ${tag || 'none'}`);
  }
  const section = sectionOf(readFileSync('CHANGELOG.md', 'utf8'));
  if (!section) {
    const advice = 'rename "Unreleased" before you tag';
    throw new Error(`CHANGELOG.md: expected a section "## ${version} - <date>" with words in it; ${advice}`);
  }
  return section;
}

try {
  process.stdout.write(`${notes()}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
