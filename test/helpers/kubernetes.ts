import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { tempFolder } from '../inputs/temp-folder.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Where the types of Kubernetes have each kind. */
const KINDS: Readonly<Record<string, string>> = {
  'apps/v1 Deployment': 'apps/v1',
  'v1 Service': 'core/v1',
  'v1 ConfigMap': 'core/v1',
  'v1 PersistentVolumeClaim': 'core/v1',
  'batch/v1 Job': 'batch/v1',
};

/** An object for Kubernetes. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The objects of a file in YAML; throws where it is none, or has a key twice. */
export function kubernetesObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    for (const fault of [...document.errors, ...document.warnings]) throw fault;
    return document.toJS();
  });
}

/** What the types of Kubernetes have against objects: fields that are unknown, missing or of another type; else nothing. */
export async function kubernetesFaults(objects: readonly KubernetesObject[]): Promise<string> {
  const folder = await tempFolder();
  const lines = objects.map((object, at) => {
    const from = KINDS[`${object.apiVersion} ${object.kind}`];
    if (from === undefined)
      throw new Error(`expected a known kind, found ${object.apiVersion} ${object.kind}`);
    const type = `import('kubernetes-types/${from}').${object.kind}`;
    return `export const object${at}: ${type} = ${JSON.stringify(object, null, 1)};\n`;
  });
  await writeFile(join(folder, 'objects.ts'), lines.join(''));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [], module: 'preserve' },
    paths: { 'kubernetes-types/*': [`${MODULES}/kubernetes-types/*`] },
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['objects.ts'] }));
  const compiled = promisify(execFile)(join(MODULES, '.bin/tsc'), ['-p', folder]);
  return compiled.then(
    () => '',
    ({ stdout }) => String(stdout),
  );
}
