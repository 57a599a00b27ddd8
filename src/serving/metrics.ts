import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WorkObserver } from './replies.js';
import type { Reply } from './request-queue.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const IMAGES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

/** What Prometheus may ask. Labels are routes as they were written down, methods and statuses: a stranger can add none. */
export class Metrics implements WorkObserver {
  readonly #registry = new Registry();
  readonly #latency = this.#histogram(
    'request_seconds',
    'from the head of a request to the end of its reply',
    SECONDS,
    ['route', 'status'],
  );
  readonly #images = this.#counter('images_total', 'images that were scored', []);
  readonly #batches = this.#histogram('batch_images', 'images in a batch', IMAGES, []);
  readonly #queue = this.#histogram('queue_seconds', 'how long a request waited for a batch', SECONDS, []);
  readonly #compute = this.#histogram('compute_seconds', 'how long a request was in batches', SECONDS, []);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Adds what is measured when it is asked for. */
  gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      ...{ name: `digitflow_${name}`, help, registers: [this.#registry] },
      collect() {
        this.set(value());
      },
    });
  }

  request(route: string, status: number, seconds: number): void {
    this.#latency.observe({ route, status }, seconds);
  }

  batch(images: number): void {
    this.#images.inc(images);
    this.#batches.observe(images);
  }

  reply({ queueSeconds, computeSeconds }: Reply): void {
    this.#queue.observe(queueSeconds);
    this.#compute.observe(computeSeconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: `digitflow_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[]): Histogram {
    return new Histogram({
      name: `digitflow_${name}`,
      help,
      buckets,
      labelNames,
      registers: [this.#registry],
    });
  }
}
