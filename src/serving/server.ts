import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { DigitflowError } from '../errors.js';
import { type AccessOptions, addAccess, HEALTH } from './access.js';
import { Connections, type EndingOptions } from './connections.js';
import { addExplain } from './explain/explain-route.js';
import { addImages } from './image-routes.js';
import type { Metrics } from './metrics.js';
import { Leftovers } from './overload.js';
import { addPages } from './page-routes.js';
import { addProtocol } from './protocol-routes.js';
import { Bodies, type BodyLimits } from './read-body.js';
import { faultJson, faultOf, RETRY_AFTER_SECONDS, RequestFault } from './request-fault.js';
import { Routes } from './routes.js';
import type { Service } from './service.js';

/** Where to listen, and what is borne. */
export interface ServerOptions extends AccessOptions, BodyLimits, EndingOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Requests on connections beyond that are refused. */
  readonly mostConnections: number;
  /** How long the head of a request may take to come, and how long a connection may be silent, in milliseconds. */
  readonly headTimeoutMs: number;
  readonly silenceMs: number;
  /** How long it may take to explain an image, in milliseconds. */
  readonly explainMs: number;
  /** True for errors alone in the log. */
  readonly quiet: boolean;
  readonly version: string;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Takes no new connections, answers what was sent, and resolves when all are closed. */
  end(): Promise<void>;
}

/** How often it is looked whether heads of requests came in time, in milliseconds. */
const LOOK_MS = 500;
const JSON_TYPE = 'application/json';
/** What a request id may be: it is repeated in a header and in the log. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Serves predictions over HTTP; throws LISTEN_FAILED. */
export async function openServer(
  service: Service,
  metrics: Metrics,
  options: ServerOptions,
): Promise<RunningServer> {
  let isEnding = false;
  const app: FastifyInstance = fastify({
    ...{ genReqId: requestId, exposeHeadRoutes: true },
    clientErrorHandler: (error, socket) => answerBroken(connections, error, socket as Socket),
    // One line a request is enough; it is written below.
    logController: new LogController({ disableRequestLogging: true }),
    logger: { level: options.quiet ? 'error' : 'info', stream: process.stderr },
    // A logger of its own for each request would cost more than its line.
    childLoggerFactory: (logger) => logger,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    connectionTimeout: options.silenceMs,
    // Node's own answer to a missing host has no body.
    http: {
      ...{ headersTimeout: options.headTimeoutMs, connectionsCheckingInterval: LOOK_MS },
      requireHostHeader: false,
    },
    // What is wrong with an address is told as all else is.
    frameworkErrors: (error, request, reply) => answerFault(error, request, reply as FastifyReply),
  });
  const connections = new Connections(app.server, options.mostConnections);
  const leftovers = new Leftovers();
  // Who has said all may close their half: without this Node would close the other, and the reply be lost.
  Object.assign(app.server, { httpAllowHalfOpen: true });
  // Who asks whether to send a body is told once it is wanted; what else is expected may be passed over.
  for (const event of ['checkContinue', 'checkExpectation'])
    app.server.on(event, (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (_request, socket: Socket) => {
    connections.refuse(socket, bareFault('405 Method Not Allowed', 'expected GET or POST, found CONNECT'));
  });

  // Each route reads its body itself, if at all, and knows it by its content.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const fault = faultOfHead(request.raw);
    if (fault === undefined && !request.url.startsWith(HEALTH)) connections.check(request.raw.socket);
    done(fault);
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isEnding) reply.header('connection', 'close');
    // JSON has one encoding, and the protocol's documents name none.
    if (`${reply.getHeader('content-type')}`.startsWith(JSON_TYPE)) reply.header('content-type', JSON_TYPE);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const seconds = reply.elapsedTime / 1000;
    const { routeOptions, method, url, id } = request;
    const status = reply.raw.writableFinished ? reply.statusCode : 499;
    metrics.request(routeOptions.url ?? 'none', status, seconds);
    app.log.info({ id, method, url, status, seconds }, 'request');
    done();
  });
  app.setErrorHandler((error, request, reply) => answerFault(error, request, reply));
  addAccess(app, options);

  const routes = new Routes(app);
  const bodies = new Bodies(options);
  metrics.gauge('connections', 'connections that are open', () => connections.count);
  metrics.gauge('body_bytes', 'bytes of bodies that are being read or answered', () => bodies.held);
  addProtocol(routes, service, bodies, options.version);
  addImages(routes, service, bodies, options.bodyTimeoutMs);
  addExplain(routes, service, bodies, { metrics, explainMs: options.explainMs });
  addPages(routes, service, metrics, options.version);
  app.setNotFoundHandler((request, reply) => {
    const { fault, allow } = routes.missing(request);
    if (allow !== null) reply.header('allow', allow);
    answerFault(fault, request, reply);
  });

  await app.ready();
  const url = await listen(app.server, options);
  return {
    url,
    end: async () => {
      isEnding = true;
      // What the system has accepted for us already is let in first.
      await new Promise((resolve) => setImmediate(resolve));
      await connections.end(options);
      await app.close();
    },
  };

  function answerFault(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const fault = faultOf(error);
    if (fault.status >= 500 && fault.status !== 503) app.log.error({ id: request.id, err: error }, 'fault');
    if (fault.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    if (fault.status === 408) reply.header('connection', 'close');
    else leftovers.add(request.raw);
    reply
      .code(fault.status)
      .type(JSON_TYPE)
      .send(`${faultJson(fault.message)}\n`);
  }
}

/** To make a random one for each request would take longer than to know who asks. */
const SERVER_ID = randomUUID().slice(0, 8);
let requests = 0;

function requestId({ headers }: { readonly headers: IncomingMessage['headers'] }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : `${SERVER_ID}-${++requests}`;
}

const STATUSES: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'expected the head of a request in time, found none'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'expected a smaller head of a request'],
};

/** What is no HTTP is answered, too, in one line, and its connection closed. */
function answerBroken(
  connections: Connections,
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const known = STATUSES[error.code ?? ''];
  const [status, message] = known ?? ['400 Bad Request', `expected a request of HTTP/1.1 (${error.message})`];
  connections.refuse(socket, bareFault(status, message));
}

/** A whole response. */
function bareFault(status: string, message: string): string {
  const body = `${faultJson(message)}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    `content-type: ${JSON_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** What Node lets pass of a head, and others may read otherwise. */
function faultOfHead({ httpVersion, headers, rawHeaders }: IncomingMessage): RequestFault | undefined {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at].length === 4 && rawHeaders[at].toLowerCase() === 'host') hosts++;
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1'))
    return new RequestFault(400, `Host: expected one header, found ${hosts === 0 ? 'none' : hosts}`);
  const coding = headers['transfer-encoding'];
  if (coding === undefined || coding.toLowerCase() === 'chunked') return undefined;
  return new RequestFault(400, `Transfer-Encoding: expected chunked, found ${JSON.stringify(coding)}`);
}

async function listen(server: Server, { host, port }: ServerOptions): Promise<string> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const advice: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there; give another --port, or 0 for any that is free',
      EACCES: 'it may not be listened to by this user; give a --port from 1024 up',
    };
    const message = `${host}:${port}: could not be listened to (${code}); ${advice[code] ?? 'give another --host'}`;
    throw new DigitflowError('LISTEN_FAILED', message, { cause });
  }
  const { address, family, port: own } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${own}`;
}
