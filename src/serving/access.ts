import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { RequestFault } from './request-fault.js';

/** Who may ask. */
export interface AccessOptions {
  /** What requests have to carry; all but those for health. */
  readonly apiKey?: string | undefined;
  /** The origin whose pages may ask, `*` for any. */
  readonly cors?: string | undefined;
}

/** What asks for health is never refused. */
export const HEALTH = '/v2/health/';
const METHODS = 'GET, HEAD, POST';
const HEADERS = 'Authorization, Content-Type, Inference-Header-Content-Length, X-API-Key, X-Request-Id';
const EXPOSED = 'Digitflow-Reading, Inference-Header-Content-Length, Retry-After, X-Request-Id';
const MAX_AGE_SECONDS = '600';

/** Refuses who does not know the key, and lets pages of another origin in where that is wanted. */
export function addAccess(app: FastifyInstance, { apiKey, cors }: AccessOptions): void {
  if (cors !== undefined) {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('access-control-allow-origin', cors).header('access-control-expose-headers', EXPOSED);
      if (cors !== '*') reply.header('vary', 'Origin');
      if (request.method !== 'OPTIONS') return;
      reply.header('access-control-allow-methods', METHODS).header('access-control-allow-headers', HEADERS);
      return reply.code(204).header('access-control-max-age', MAX_AGE_SECONDS).send();
    });
  }
  if (apiKey === undefined) return;
  const wanted = digestOf(apiKey);
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith(HEALTH)) return;
    const { authorization, 'x-api-key': own } = request.headers;
    const given = own ?? /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    // Digests have one length, and take as long to compare whatever is in them.
    if (typeof given === 'string' && timingSafeEqual(digestOf(given), wanted)) return;
    reply.header('www-authenticate', 'Bearer');
    throw new RequestFault(401, 'expected the API key, as "Authorization: Bearer KEY" or "X-API-Key: KEY"');
  });
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
