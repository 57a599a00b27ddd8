import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', 'CHANGELOG.md', 'data/README.md', ...namesIn('docs').filter(isMarkdown)];

/** `[words](target)` or `![words](target)`, but for what lies elsewhere on the web. */
const LINK = /\]\((?!\w+:)([^)\s]+)\)/g;

/** A file or folder of ours between backticks: by its place in the repository, or a source file by its name alone. */
const PLACE = /`((?:src|pipelines|workers|scripts|test|bench|docs|data)\/[\w./-]*)`/g;
const SOURCE = /`([\w-]+\.ts)`/g;

function namesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name.replaceAll('\\', '/')),
  );
}

function isMarkdown(path: string): boolean {
  return path.endsWith('.md');
}

/** A page without its blocks of code, where brackets are no links and `#` no heading. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): string[] {
  return Array.from(proseOf(page).matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What a page speaks of, one entry a match of the pattern. */
function found(pattern: RegExp): { page: string; target: string }[] {
  return pages.flatMap((page) =>
    Array.from(proseOf(page).matchAll(pattern), ([, target]) => ({ page, target })),
  );
}

describe('the documents', () => {
  test('link to files that exist', () => {
    const links = found(LINK).map(({ page, target }) => ({ page, file: target.replace(/#.*/, '') }));
    expect(links.filter(({ page, file }) => !existsSync(join(root, page, '..', file || '.')))).toEqual([]);
    expect(links.length).toBeGreaterThan(30);
  });

  test('link to headings that exist', () => {
    const links = found(/\]\((?!\w+:)([^)\s]*#[^)\s]+)\)/g);
    const astray = links.filter(({ page, target }) => {
      const [file, anchor] = target.split('#');
      return !anchorsOf(file === '' ? page : normalize(join(page, '..', file))).includes(anchor);
    });
    expect(astray).toEqual([]);
    expect(links.length).toBeGreaterThan(0);
  });

  test('name files and folders that exist', () => {
    const places = found(PLACE);
    expect(places.filter(({ target }) => !existsSync(join(root, target)))).toEqual([]);
    const sources = ['src', 'pipelines', 'workers', 'scripts'].flatMap(namesIn);
    const astray = found(SOURCE).filter(({ target }) => !sources.some((path) => path.endsWith(`/${target}`)));
    expect(astray).toEqual([]);
    expect(places.length).toBeGreaterThan(20);
  });
});
