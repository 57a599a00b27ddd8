import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'data/README.md'],
  ...[...namesIn('docs'), ...namesIn('.github')].filter(isMarkdown),
];

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

  test('name scripts that package.json has', () => {
    const named = pages.flatMap((page) =>
      Array.from(
        readFileSync(join(root, page), 'utf8').matchAll(/\bnpm run (?:-\S+ )*([\w:]+)/g),
        ([, name]) => name,
      ),
    );
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });
});

describe('the map of CONTRIBUTING.md', () => {
  const map =
    /^## Where is what\n([\s\S]*?)^## /m.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))?.[1] ?? '';
  const named = Array.from(map.matchAll(/^\| `([^`]+)\/` \|/gm), ([, folder]) => folder);

  /** Without what git ignores, and git itself. */
  function foldersIn(path: string): string[] {
    const ignored = ['.git/', ...readFileSync(join(root, '.gitignore'), 'utf8').split('\n')];
    return readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !ignored.includes(`${entry.name}/`))
      .map((entry) => join(path, entry.name));
  }

  test('has each room and each folder beside src/, and none else', () => {
    const folders = [...foldersIn('.').filter((folder) => folder !== 'src'), ...foldersIn('src')];
    expect(named.toSorted()).toEqual(folders.toSorted());
  });

  test('names no room that the table of the architecture has not, nor lacks one', () => {
    const table = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const rooms = Array.from(table.matchAll(/^\| `((?:src\/)?\w+)\/` \|/gm), ([, room]) => room);
    const inBoth = named.filter((folder) => /^(src\/(?!entries)|pipelines$|workers$)/.test(folder));
    expect(rooms.toSorted()).toEqual(inBoth.toSorted());
  });
});
