import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPicture } from '../formats/pictures/is-picture.js';
import { describeGuesses } from '../formats/reading.js';
import { isUnsure, transposePixels } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import type { Bodies } from './read-body.js';
import { faultJson, faultOf, GONE, RequestFault } from './request-fault.js';
import type { Watch } from './request-queue.js';
import { invite, queryOf, type Routes, readBody, watch } from './routes.js';
import { MOST_STREAMS } from './row-scorers.js';
import type { ExplainedImage, RowsOptions, ServedModel, Service } from './service.js';

/** How many bytes tell a picture. */
const SIGNATURE_BYTES = 8;
const NDJSON = 'application/x-ndjson';

const QUERY = [
  { name: 'probabilities', description: 'rows: true for all outputs' },
  { name: 'top', description: 'rows: so many of the best classes' },
  { name: 'bad-rows', description: 'rows: fail (the default) ends at a bad row, skip passes over it' },
  { name: 'header', description: 'CSV: yes or no, whether the first row names the columns' },
  {
    name: 'label',
    description: 'CSV: where a label stands that is passed over: first, last, none, a name or a number',
  },
  { name: 'id', description: 'CSV: a column to carry through: a name, a number, or none' },
] as const;
const NAMES = QUERY.map(({ name }) => name);

/** Pictures and rows as people have them: what the network says. */
export function addImages(routes: Routes, service: Service, bodies: Bodies, bodyTimeoutMs: number): void {
  let streams = 0;
  routes.add(
    'POST',
    '/predict',
    {
      summary:
        'what the network says of a PNG or JPEG; or of rows of CSV, IDX or NumPy that are streamed in: NDJSON, streamed out in order',
      query: QUERY,
      takes: ['image/png', 'image/jpeg', 'text/csv', 'application/octet-stream'],
      replies: ['application/json', NDJSON],
    },
    async (request, reply) => {
      invite(request, reply);
      const start = await startOf(request.raw, bodyTimeoutMs);
      if (start.length === 0)
        throw new RequestFault(400, 'body: expected a picture, or rows of images, found nothing');
      if (isPicture(start)) {
        queryOf(request, []);
        const content = await readBody(request, reply, bodies);
        bodies.check();
        const { model } = service;
        const picture = await fitted(content, model.network);
        return verdictOn(model, picture, watch(reply));
      }
      if (streams >= MOST_STREAMS)
        throw new RequestFault(503, `${MOST_STREAMS} streams of rows are open; try again later`);
      streams++;
      try {
        return await streamRows(service, request, reply);
      } finally {
        streams--;
      }
    },
  );
}

/** A picture as the network takes it. */
export async function fitted(content: Buffer, { image, normalization }: Network): Promise<ExplainedImage> {
  const { decodePicture } = await import('../inputs/pictures/unpack-picture.js');
  const { fitDigit } = await import('../formats/pictures/fit-digit.js');
  const { pixels, done, doubts } = fitDigit(decodePicture(content, 'picture'), image, {}, 'picture');
  // A fitted digit is bright ink on black. The normalization of a network for dark ink on white inverts pixels.
  const stored = normalization.scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
  return { pixels: stored, isPicture: true, name: 'picture', done, doubts };
}

async function verdictOn(
  { network, ask }: ServedModel,
  image: ExplainedImage,
  leaving: Watch,
): Promise<object> {
  const { height, width } = network.image;
  const turned = { height: width, width: height };
  const pixels = network.normalization.transposed ? transposePixels(image.pixels, turned) : image.pixels;
  const { predictions, confidences, outputs } = await ask(pixels, leaving);
  const isDoubted = isUnsure(Float64Array.from(outputs));
  return {
    prediction: network.classes[predictions[0]],
    confidence: confidences[0],
    outputs: Array.from(outputs),
    done: image.done,
    doubts: isDoubted ? [...image.doubts, 'an unsure verdict'] : image.doubts,
  };
}

/** The first bytes of a body, which stay to be read; fewer where it is shorter. */
async function startOf(raw: IncomingMessage, timeoutMs: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  const late = new AbortController();
  const { signal } = late;
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    while (length < SIGNATURE_BYTES && !raw.readableEnded) {
      const part: Buffer | null = raw.read();
      if (part !== null) length += parts.push(part) && part.length;
      else if (raw.complete && raw.readableLength === 0) break;
      else if (raw.destroyed) throw new RequestFault(499, GONE);
      else {
        await once(raw, 'readable', { signal }).catch(() => {
          const found = signal.aborted ? `nothing within ${timeoutMs} ms` : 'the connection closed';
          throw new RequestFault(
            signal.aborted ? 408 : 400,
            `body: expected its first bytes, found ${found}`,
          );
        });
      }
    }
  } finally {
    clearTimeout(timer);
  }
  const start = Buffer.concat(parts);
  if (length > 0) raw.unshift(start);
  return start;
}

/** Scores rows as they come, and sends each verdict when it is there; who reads slowly holds back who sends. */
async function streamRows(service: Service, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  let reading = '';
  const options = rowsOptions(request, (words) => {
    reading = words;
  });
  const { raw: body } = request;
  const { raw: response } = reply;
  // Of what has gone already nothing more would be heard.
  if (response.destroyed) throw new RequestFault(499, GONE);
  const rows = service.rows(service.model, options);
  const leave = () => rows.destroy(new RequestFault(499, GONE));
  const cutOff = () => {
    if (!body.complete)
      rows.destroy(new RequestFault(400, 'body: expected all of it, found the connection closed'));
  };
  body.once('error', cutOff).once('close', cutOff).pipe(rows);
  response.once('close', leave);
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    reply.hijack();
    const headers = { ...reply.getHeaders(), 'content-type': NDJSON, 'digitflow-reading': reading };
    response.writeHead(200, headers as Record<string, string>);
  };
  try {
    for await (const part of rows) {
      if (!isBegun) begin();
      if (!response.write(part)) await drained(response);
    }
    if (!isBegun) begin();
    response.end();
  } catch (error) {
    body.unpipe(rows);
    if (!isBegun) throw error;
    // The status is out already: what has no proper end tells who does not read the line, too.
    response.write(`${faultJson(faultOf(error).message)}\n`, () => response.socket?.destroySoon());
  } finally {
    body.off('error', cutOff).off('close', cutOff);
    response.off('close', leave);
  }
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function rowsOptions(request: FastifyRequest, onReading: (words: string) => void): RowsOptions {
  const query = queryOf(request, NAMES);
  const oneOf = (name: (typeof NAMES)[number], values: readonly string[]): string => {
    const value = query[name] ?? values[0];
    if (values.includes(value)) return value;
    throw new RequestFault(400, `${name}: expected ${values.join(' or ')}, found ${JSON.stringify(value)}`);
  };
  if (!/^\d{1,3}$/.test(query.top ?? '0'))
    throw new RequestFault(400, 'top: expected a whole number, from 0 to 999');
  return {
    probabilities: oneOf('probabilities', ['false', 'true']) === 'true',
    top: Number(query.top ?? 0),
    onBadRow: oneOf('bad-rows', ['fail', 'skip']) === 'skip' ? 'skip' : 'fail',
    reading: {
      label: query.label,
      id: query.id,
      header: query.header === undefined ? undefined : oneOf('header', ['no', 'yes']) === 'yes',
    },
    // Only what a header may hold.
    onOpened: ({ guesses }) => onReading(describeGuesses('body', guesses).replace(/[^\x20-\x7e]/g, '?')),
  };
}
