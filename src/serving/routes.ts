import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { About, DocumentedRoute } from './api-document.js';
import type { Bodies } from './read-body.js';
import { GONE, RequestFault } from './request-fault.js';
import type { Watch } from './request-queue.js';

/** Answers a request: with what it returns, or by the reply itself. */
export type Handle = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** All routes of a server, with what is to be known of each. */
export class Routes {
  readonly #app: FastifyInstance;
  readonly all: DocumentedRoute[] = [];

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  add(method: 'GET' | 'POST', url: string, about: About, handle: Handle): void {
    this.all.push({ method, url, about });
    this.#app.route({ method: method satisfies HTTPMethods, url, handler: handle });
  }

  /** What is wrong with a request that no route takes. */
  missing({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): {
    fault: RequestFault;
    allow: string | null;
  } {
    const path = url.replace(/[?#].*$/s, '').replace(/(?<=.)\/$/, '');
    const methods = this.all.filter((route) => patternOf(route.url).test(path)).map((route) => route.method);
    if (methods.length === 0)
      return { fault: new RequestFault(404, `no such address: ${path}; see /docs`), allow: null };
    const fault = new RequestFault(405, `expected ${methods.join(', ')}, found ${method}`);
    return { fault, allow: methods.flatMap((each) => (each === 'GET' ? [each, 'HEAD'] : each)).join(', ') };
  }
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
}

/** Reads the body of a request whole; its bytes are counted until the reply is out. */
export function readBody(request: FastifyRequest, reply: FastifyReply, bodies: Bodies): Promise<Buffer> {
  if (reply.raw.destroyed) throw new RequestFault(499, GONE);
  return bodies.read(request.raw, (release) => {
    reply.raw.once('close', release);
    if (!request.raw.readableDidRead) invite(request, reply);
  });
}

/** Tells who asks whether to send a body to do so: only now, since who is refused need not send it at all. */
export function invite({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (/^100-continue$/i.test(raw.headers.expect ?? '')) reply.raw.writeContinue();
}

/** Tells when who asked has gone without a reply. */
export function watch({ raw }: FastifyReply): Watch {
  return (leave) => {
    const left = () => {
      if (!raw.writableFinished) leave(new RequestFault(499, GONE));
    };
    if (raw.destroyed) left();
    else raw.once('close', left);
  };
}

/**
 * The parameters of a request's address.
 *
 * @throws RequestFault 400 for one that is not known, or is given twice
 */
export function queryOf<Name extends string>(
  { query }: FastifyRequest,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  for (const [name, value] of Object.entries(query as Readonly<Record<string, unknown>>)) {
    if (!names.some((known) => known === name)) {
      const known = names.length === 0 ? 'none' : names.join(', ');
      throw new RequestFault(400, `parameters: expected ${known}, found ${JSON.stringify(name)}`);
    }
    if (typeof value !== 'string') throw new RequestFault(400, `${name}: expected one value, found several`);
  }
  return query as Readonly<Partial<Record<Name, string>>>;
}
