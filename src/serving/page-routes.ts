import { html } from '../views/page/html.js';
import { apiDocument, type DocumentedRoute } from './api-document.js';
import type { Metrics } from './metrics.js';
import type { Routes } from './routes.js';
import type { Service } from './service.js';

const HTML = 'text/html; charset=utf-8';

/** What a browser or Prometheus asks for. */
export function addPages(routes: Routes, service: Service, metrics: Metrics, version: string): void {
  const page = (url: string, summary: string, make: () => string | Promise<string>) => {
    routes.add('GET', url, { summary, replies: [HTML] }, async (_, reply) =>
      reply.type(HTML).send(await make()),
    );
  };
  page('/', 'a page to draw digits on', () => service.page());
  page('/report', 'how well the network does on the test set', () => service.report());
  routes.add(
    'GET',
    '/metrics',
    { summary: 'what Prometheus reads', replies: ['text/plain'] },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
  page('/docs', 'this page', () => apiPage(routes.all, version));
  routes.add(
    'GET',
    '/docs/openapi.json',
    { summary: 'all routes as OpenAPI', replies: ['application/json'] },
    () => apiDocument(routes.all, version),
  );
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}';

/** The routes as a page, which asks for nothing. */
function apiPage(routes: readonly DocumentedRoute[], version: string): string {
  const sections = routes.map(({ method, url, about }) => {
    const { summary, query = [], takes = [], replies } = about;
    const taken = takes.length === 0 ? null : html`takes <code>${takes.join(', ')}</code>; `;
    return html`<h2>${method} <code>${url}</code></h2>
<p>${summary}</p>
<p>${taken}replies <code>${replies.join(', ')}</code></p>
<ul>${query.map(({ name, description }) => html`<li><code>?${name}=</code> ${description}</li>`)}</ul>
`;
  });
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>digitflow ${version}: HTTP</title><style>${STYLE}</style></head>
<body><h1>digitflow ${version}</h1>
<p>The same as OpenAPI: <a href="/docs/openapi.json">openapi.json</a></p>
${sections}</body></html>
`.text;
}
