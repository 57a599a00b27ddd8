import type { FastifyReply, FastifyRequest } from 'fastify';
import type { About } from './api-document.js';
import { inferReply } from './infer/infer-reply.js';
import { inputTensor, outputTensors, readInferRequest } from './infer/infer-request.js';
import type { Bodies } from './read-body.js';
import { RequestFault } from './request-fault.js';
import { type Routes, readBody, watch } from './routes.js';
import type { ServedModel, Service } from './service.js';

const ABOUT_MODEL = { name: 'model', description: 'the name of the network' } as const;

/** The routes of the Open Inference Protocol, version 2, with its extension for binary tensors. */
export function addProtocol(routes: Routes, service: Service, bodies: Bodies, version: string): void {
  const get = (
    url: string,
    summary: string,
    handle: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ) => {
    const parameters = url.includes(':model') ? [ABOUT_MODEL] : [];
    routes.add('GET', url, { summary, parameters, replies: ['application/json'] }, handle);
  };
  const modelOf = (request: FastifyRequest): ServedModel => {
    const { model } = service;
    const { model: asked } = request.params as { readonly model: string };
    if (asked === model.name) return model;
    throw new RequestFault(404, `model: expected "${model.name}", found ${JSON.stringify(asked)}`);
  };

  get('/v2', 'what the server is, and what it can do besides the protocol', () => {
    return { name: 'digitflow', version, extensions: ['binary_tensor_data'] };
  });
  get('/v2/health/live', 'whether the server runs', () => ({ live: true }));
  get('/v2/health/ready', 'whether requests are welcome', (_, reply) => {
    const { isReady } = service;
    reply.code(isReady ? 200 : 503);
    return { live: true, ready: isReady };
  });
  get('/v2/models/:model', 'what the network takes and what it says', (request) => {
    const { name, network, sha256 } = modelOf(request);
    const inputs = [inputTensor(network)];
    return { name, platform: 'digitflow', inputs, outputs: outputTensors(network), parameters: { sha256 } };
  });
  get('/v2/models/:model/ready', 'whether requests for the network are welcome', (request, reply) => {
    const { name } = modelOf(request);
    const { isReady } = service;
    reply.code(isReady ? 200 : 503);
    return { name, ready: isReady };
  });

  const about: About = {
    summary: 'what the network says of images: JSON, or JSON and the bytes of tensors',
    parameters: [ABOUT_MODEL],
    takes: ['application/json', 'application/octet-stream'],
    replies: ['application/json', 'application/octet-stream'],
  };
  routes.add('POST', '/v2/models/:model/infer', about, async (request, reply) => {
    // Who cannot be answered need not send a body.
    modelOf(request).check();
    const body = await readBody(request, reply, bodies);
    // Only now: while the body came it may have become another one.
    const model = modelOf(request);
    const header = request.headers['inference-header-content-length'];
    // JSON takes longer to parse than to read.
    if (header === undefined) bodies.check();
    const asked = readInferRequest(body, header === undefined ? undefined : String(header), model.network);
    const said = inferReply(model, asked, await model.ask(asked.pixels, watch(reply)));
    if (said.jsonBytes === null) reply.type('application/json');
    else reply.header('inference-header-content-length', said.jsonBytes).type('application/octet-stream');
    reply.send(said.body);
  });
}
