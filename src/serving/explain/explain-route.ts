import { isPicture } from '../../formats/pictures/is-picture.js';
import type { Network } from '../../network/network.js';
import { fitted } from '../image-routes.js';
import { readInferRequest } from '../infer/infer-request.js';
import type { Metrics } from '../metrics.js';
import type { Bodies } from '../read-body.js';
import { RequestFault } from '../request-fault.js';
import { queryOf, type Routes, readBody, watch } from '../routes.js';
import type { ExplainedImage, Service } from '../service.js';

/** How many images may wait to be explained: the last one is answered before its connection has been silent for too long. */
const MOST_WAITING = 4;

/** Why the network says what it says: work that takes long, one after the other, and not for ever. */
export function addExplain(
  routes: Routes,
  service: Service,
  bodies: Bodies,
  { metrics, explainMs }: { readonly metrics: Metrics; readonly explainMs: number },
): void {
  const line = new Line(explainMs);
  metrics.gauge('explaining', 'images that are explained or wait for it', () => line.length);
  routes.add(
    'POST',
    '/explain',
    {
      summary:
        'why the network says what it says of one image: a PNG or JPEG, or a request for an inference as JSON',
      takes: ['image/png', 'image/jpeg', 'application/json'],
      replies: ['application/json'],
    },
    async (request, reply) => {
      queryOf(request, []);
      line.check();
      const content = await readBody(request, reply, bodies);
      bodies.check();
      const { model } = service;
      const image = isPicture(content)
        ? await fitted(content, model.network)
        : recordOf(content, model.network);
      const leaving = new AbortController();
      watch(reply)((reason) => leaving.abort(reason));
      const said = await line.run(leaving, () => service.explain(model, image, leaving.signal));
      return reply.type('application/json').send(said);
    },
  );
}

function recordOf(content: Buffer, network: Network): ExplainedImage {
  const { pixels } = readInferRequest(content, undefined, network);
  const count = pixels.length / network.layers[0].inputs;
  if (count !== 1)
    throw new RequestFault(400, `inputs[0].shape: expected one image to explain, found ${count}`);
  return { pixels, isPicture: false, name: 'image', done: [], doubts: [] };
}

/** Work that is done one at a time, in order; who leaves frees their place at once. */
class Line {
  readonly #mostMs: number;
  readonly #waiting = new Set<AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** @throws RequestFault 503 where too many wait */
  check(): void {
    // The first one does not wait.
    if (this.#waiting.size > MOST_WAITING)
      throw new RequestFault(503, `${MOST_WAITING} images wait to be explained; try again later`);
  }

  /** @param leaving is aborted by who leaves, and where the work takes too long */
  async run<T>(leaving: AbortController, work: () => Promise<T>): Promise<T> {
    this.check();
    const { signal } = leaving;
    this.#waiting.add(leaving);
    signal.addEventListener('abort', () => this.#waiting.delete(leaving));
    const done = this.#last.then(async () => {
      signal.throwIfAborted();
      const timer = setTimeout(() => leaving.abort(this.#tooLong()), this.#mostMs);
      try {
        return await work();
      } finally {
        clearTimeout(timer);
        this.#waiting.delete(leaving);
      }
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** To ask again is of no use. */
  #tooLong(): RequestFault {
    const message = `expected to explain the network within ${this.#mostMs / 1000} s, found it too large; use "digitflow look digit --why"`;
    return new RequestFault(501, message);
  }
}
