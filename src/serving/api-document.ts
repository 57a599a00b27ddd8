/** What is to be known of a route. */
export interface About {
  readonly summary: string;
  /** Parts of its path; and of its query. */
  readonly parameters?: readonly AboutParameter[] | undefined;
  readonly query?: readonly AboutParameter[] | undefined;
  /** The types of content that it takes, and that it answers with. */
  readonly takes?: readonly string[] | undefined;
  readonly replies: readonly string[];
}

export interface AboutParameter {
  readonly name: string;
  readonly description: string;
}

export interface DocumentedRoute {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly about: About;
}

const FAULTS: Readonly<Record<string, string>> = {
  400: 'the request is not what was expected: one line says where',
  401: 'the API key is missing or wrong',
  404: 'no such address, or no such network',
  405: 'the address takes another method: Allow names it',
  408: 'the body did not come in time',
  413: 'the body is too large',
  414: 'a part of the address is too long',
  431: 'the head of the request is too large',
  500: 'the service failed: its log says how',
  501: 'the network is too large to be explained in time',
  503: 'too much is under way, or the server ends: try again after Retry-After seconds',
};
const FAULT = {
  type: 'object',
  properties: { error: { type: 'string' } },
  required: ['error'],
} as const;

const TYPES: Readonly<Record<string, unknown>> = {
  'application/json': { type: 'object' },
  'application/octet-stream': { type: 'string', format: 'binary' },
};

/** The routes as an OpenAPI document. */
export function apiDocument(routes: readonly DocumentedRoute[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, url, about } of routes) {
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(about, `${method} ${url}`) };
  }
  const info = { title: 'digitflow', version, description: 'Predictions of a small network of digits.' };
  return { openapi: '3.0.3', info, paths };
}

function operationOf({ summary, parameters = [], query = [], takes, replies }: About, id: string): object {
  const content = (types: readonly string[]) =>
    Object.fromEntries(types.map((type) => [type, { schema: TYPES[type] ?? { type: 'string' } }]));
  const fault = (description: string) => ({
    description,
    content: { 'application/json': { schema: FAULT } },
  });
  const parameter = (place: 'path' | 'query') => (about: AboutParameter) => ({
    ...{ ...about, in: place, required: place === 'path' },
    schema: { type: 'string' },
  });
  return {
    ...{ operationId: id.toLowerCase().replace(/[^a-z0-9]+/g, '-'), summary },
    parameters: [...parameters.map(parameter('path')), ...query.map(parameter('query'))],
    ...(takes === undefined ? {} : { requestBody: { required: true, content: content(takes) } }),
    responses: {
      200: { description: summary, content: content(replies) },
      ...Object.fromEntries(Object.entries(FAULTS).map(([status, words]) => [status, fault(words)])),
    },
  };
}
