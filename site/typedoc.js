// How TypeDoc makes the site: the API from src/, the documents as they are.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Converter, ReflectionKind } from 'typedoc';

/**
 * What a user gives is documented one by one; of what a user gets a name often says it all.
 *
 * @param {import('typedoc').Application} app
 */
function optionsDocumented(app) {
  app.on('validateProject', (project) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      const isOption = /Options$/.test(property.parent?.name ?? '');
      if (isOption && !property.hasComment()) {
        app.logger.warn(`${property.getFriendlyFullName()}, an option, does not have any documentation`);
      }
    }
  });
}

/**
 * Documents link as the repository shows them: to folders too, which a site has not, and to headings by GitHub's names for them.
 *
 * @param {import('typedoc').Application} app
 */
function linksAsInRepository(app) {
  const isFolder = (path) =>
    ['..', '../docs'].some((base) => statSync(join(base, path), { throwIfNoEntry: false })?.isDirectory());
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const documents = project.getReflectionsByKind(ReflectionKind.Document);
    for (const parts of [project.readme ?? [], ...documents.map(({ content }) => content)]) {
      for (const [at, part] of parts.entries()) {
        if (part.kind !== 'relative-link') continue;
        part.targetAnchor = part.targetAnchor?.replace(/-+/g, '-');
        if (!isFolder(part.text)) continue;
        // `[words](`, the path, `)`: the words stay.
        parts[at - 1].text = parts[at - 1].text.replace(/\[([^[\]]*)\]\($/, '$1');
        parts[at + 1].text = parts[at + 1].text.replace(/^\)/, '');
        parts[at] = { kind: 'text', text: '' };
      }
    }
  });
}

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'digitflow',
  entryPoints: ['../src/index.ts', '../src/entries/*.ts'],
  tsconfig: 'tsconfig.json',
  // The project's own compiler checks the types; this is an older one.
  skipErrorChecking: true,
  readme: '../README.md',
  projectDocuments: ['../{CHANGELOG,CONTRIBUTING,README.*}.md', '../docs/*.md'],
  customCss: 'site.css',
  out: 'out',
  plugin: [optionsDocumented, linksAsInRepository],
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Function', 'Variable', 'Method', 'Accessor'],
  // Types that nobody can name are found by check:package; paths that are no files are dealt with above.
  validation: { notDocumented: true, invalidLink: true, notExported: false, invalidPath: false },
  treatValidationWarningsAsErrors: true,
};
