import { readFile } from 'node:fs/promises';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Service } from 'kubernetes-types/core/v1.js';
import { describe, expect, test } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { type KubernetesObject, kubernetesFaults, kubernetesObjects } from '../helpers/kubernetes.js';
import { ask, json, serving } from './serving.js';

const textOf = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const yaml = await textOf('docs/serve/kubernetes.yaml');
const containerfile = await textOf('docs/serve/Containerfile');
const objects = kubernetesObjects(yaml);
const [deployment, service] = objects as [Deployment, Service];
const pod = deployment.spec?.template;
const [container] = pod?.spec?.containers ?? [];
const { port } = serving();

/** The value of an instruction, its lines joined. */
function instruction(name: string): string {
  const found = new RegExp(`^${name} (.*)$`, 'm').exec(containerfile.replace(/\\\n\s*/g, ''));
  return found?.[1] ?? '';
}

const ENTRYPOINT: string[] = JSON.parse(instruction('ENTRYPOINT'));
const PORT = Number(instruction('EXPOSE'));

async function routes(): Promise<string[]> {
  return Object.keys((json(await ask(await port, 'GET', '/docs/openapi.json')) as { paths: object }).paths);
}

describe('the objects for Kubernetes', () => {
  test('are what its types say', async () => {
    expect(objects.map(({ kind }) => kind)).toEqual(['Deployment', 'Service']);
    expect(await kubernetesFaults(objects)).toBe('');
  });

  test.each([
    ['a field that nobody knows', 'periodSeconds', 'periodSecond'],
    ['another type', 'replicas: 2', 'replicas: two'],
    ['a field that is missing', 'name: http, containerPort: 8080', 'name: http'],
  ])('would be found out: %s', async (_, from, to) => {
    expect(yaml).toContain(from);
    const changed: KubernetesObject[] = kubernetesObjects(yaml.replace(from, to));
    expect(await kubernetesFaults(changed)).toContain('error TS');
  });

  test('find each other', () => {
    const labels = pod?.metadata?.labels;
    expect(labels).toMatchObject(deployment.spec?.selector.matchLabels ?? { none: true });
    expect(labels).toMatchObject(service.spec?.selector ?? { none: true });
    const ports = container.ports?.map(({ name }) => name);
    for (const { targetPort } of service.spec?.ports ?? []) expect(ports).toContain(targetPort);
  });

  test('ask for what there is', async () => {
    const known = await routes();
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    for (const probe of probes) {
      expect(known).toContain(probe?.httpGet?.path);
      expect(container.ports?.map(({ name }) => name)).toContain(probe?.httpGet?.port);
    }
    expect(container.ports?.map(({ containerPort }) => containerPort)).toEqual([PORT]);
    const annotations = pod?.metadata?.annotations ?? {};
    expect(known).toContain(annotations['prometheus.io/path']);
    expect(annotations['prometheus.io/port']).toBe(`${PORT}`);
  });

  test('give flags that there are, and time enough to end', async () => {
    const { stdout } = await runCli(['serve', '--help']);
    const args = [...ENTRYPOINT.slice(ENTRYPOINT.indexOf('serve') + 1), ...(container.args ?? [])];
    const flags = args.filter((arg) => arg.startsWith('-'));
    expect(flags).toContain('--deadline');
    for (const flag of flags) expect(stdout).toMatch(new RegExp(`^ +(-\\w, )?${flag}[ ,]`, 'm'));
    const deadline = Number(args[args.indexOf('--deadline') + 1]);
    const [, pause] = container.lifecycle?.preStop?.exec?.command ?? [];
    expect(pod?.spec?.terminationGracePeriodSeconds).toBeGreaterThan(Number(pause) + deadline);
  });

  test('give it no rights', () => {
    expect(pod?.spec?.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(instruction('USER')),
    });
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
  });
});

describe('the image', () => {
  test('starts what the package has, where all can reach it, as no root', async () => {
    const { bin } = JSON.parse(await textOf('package.json'));
    expect(ENTRYPOINT).toEqual([
      'node',
      `node_modules/digitflow/${bin.digitflow}`,
      'serve',
      '--host',
      '0.0.0.0',
    ]);
    expect(Number(instruction('USER'))).toBeGreaterThan(0);
  });

  test('asks for its health where it listens', async () => {
    const [, url] = /fetch\('([^']+)'\)/.exec(instruction('HEALTHCHECK')) ?? [];
    const { port: asked, pathname } = new URL(url);
    expect(Number(asked)).toBe(PORT);
    expect(await routes()).toContain(pathname);
    expect((await runCli(['serve', '--help'])).stdout).toMatch(
      new RegExp(`--port <number>[^-]*default: ${PORT}`),
    );
  });
});
