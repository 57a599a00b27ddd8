import { basename, extname } from 'node:path';
import { openScorer } from '../src/engine/open-scorer.js';
import { DigitflowError } from '../src/errors.js';
import { type Model, type ModelOptions, modelOf } from '../src/inputs/models/open-model.js';
import { lookDigitJson } from '../src/outputs/json-text.js';
import { RowScorers } from '../src/serving/row-scorers.js';
import type { ExplainedImage, ServedModel, Service } from '../src/serving/service.js';
import type { Language } from '../src/views/words/words.js';
import { type Answering, answerRequests } from './answer.js';
import { draw } from './draw.js';
import { report } from './report.js';
import { scoreStreamOn } from './score-stream.js';

declare const DIGITFLOW_VERSION: string;

/** What to serve, where, and what is borne. */
export interface ServeOptions extends ModelOptions {
  /** What the network is called in addresses. Default: its name, or its file's without the ending. */
  readonly name?: string | undefined;
  /** Default 127.0.0.1, which only this machine can reach. */
  readonly host?: string | undefined;
  /** Default 8080; 0 for any that is free. */
  readonly port?: number | undefined;
  /** Threads. Default 0: the network is small beside HTTP. */
  readonly workers?: number | undefined;
  /** The most images in a batch. */
  readonly batchSize?: number | undefined;
  /** How long a request may wait for its batch to fill, in milliseconds. Default 2. */
  readonly maxWaitMs?: number | undefined;
  /** How many images may wait in line: beyond that requests are refused. Default 32,768. */
  readonly mostWaiting?: number | undefined;
  /** The largest body, in bytes; rows that are streamed in may be any number. Default 16 MiB. */
  readonly bodyBytes?: number | undefined;
  /** Default 1,024. */
  readonly mostConnections?: number | undefined;
  /** How long a body may take to come, in milliseconds. Default 30,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /** How long requests may be read and answered in one turn of the event loop before others are refused, in milliseconds. Default 500. */
  readonly mostLagMs?: number | undefined;
  /** How long it may take to explain an image, in milliseconds: then the network is too large for that. Default 10,000. */
  readonly explainMs?: number | undefined;
  /** How long the head of a request may take to come, in milliseconds. Default 10,000. */
  readonly headTimeoutMs?: number | undefined;
  /** How long the end may take, in milliseconds. Default 10,000. */
  readonly deadlineMs?: number | undefined;
  /** The origin whose pages may ask, `*` for any. Default: none. */
  readonly cors?: string | undefined;
  /** What requests have to carry. Default: nothing. */
  readonly apiKey?: string | undefined;
  /** Of the page to draw on and of the report. Default `en`. */
  readonly language?: Language | undefined;
  /** True for errors alone in the log, which goes to stderr. Default false. */
  readonly quiet?: boolean | undefined;
}

/** A service that runs. */
export interface Serving {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** What its network is called. */
  readonly name: string;
  /** Rejects where the service cannot go on; resolves once it has ended. */
  readonly ended: Promise<void>;
  /** Reads the network's file again; what was asked of the old one is answered by the old one. */
  reload(): Promise<Model>;
  /** Takes no more requests, answers all that were taken, and frees everything. May be called again. */
  end(): Promise<void>;
}

/** How long a connection without a request stays open once the service ends, and how long what may take. */
const TIMES = { idleMs: 250, headTimeoutMs: 10_000, silenceMs: 60_000, explainMs: 10_000 } as const;
/** What all bodies that are under way may hold: a tenth of a second's work. */
const ALL_BODY_BYTES = 2 ** 26;

/** A network that answers, and what it was made of. */
interface Current {
  readonly model: Model;
  readonly answering: Answering;
  readonly served: ServedModel;
  readonly scorers: RowScorers;
}

/**
 * Serves predictions over HTTP: the Open Inference Protocol, pictures, streams of rows, and pages.
 *
 * @throws DigitflowError what `loadModel` and `openScorer` throw; LISTEN_FAILED
 */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  const { bodyBytes = 2 ** 24, workers = 0, batchSize, maxWaitMs, mostWaiting } = options;
  // Only who serves waits for these.
  const { openServer } = await import('../src/serving/server.js');
  const { Metrics } = await import('../src/serving/metrics.js');
  const { model: asked = 'sigmoid' } = options;
  const path = typeof asked === 'string' ? asked : asked.name;
  const name = options.name ?? basename(path, extname(path));
  const metrics = new Metrics();
  metrics.gauge('waiting_images', 'images that wait in line', () => current.answering.waiting);
  const open = async (): Promise<Current> => {
    const model = await modelOf(options);
    const scorer = await openScorer(model.network, { workers, batchSize, withOutputs: true });
    const answering = answerRequests(model.network, scorer, { maxWaitMs, mostWaiting, observer: metrics });
    // Threads that do not start are better known now.
    await answering.ask(new Uint8Array(model.network.layers[0].inputs));
    const { network, sha256 } = model;
    return {
      model,
      answering,
      scorers: new RowScorers(model.network),
      served: { ...{ name, network, sha256 }, check: answering.check, ask: answering.ask },
    };
  };
  let current = await open();
  let isEnding = false;
  let fail: (error: unknown) => void = () => {};
  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  // It is told to who waits for it.
  ended.catch(() => {});
  current.answering.ended.catch(fail);
  const service = serviceOf(
    () => current,
    () => !isEnding,
    options.language,
  );
  const server = await openServer(service, metrics, {
    ...{ ...TIMES, host: '127.0.0.1', port: 8080, mostConnections: 1024 },
    ...{ bodyTimeoutMs: 30_000, mostLagMs: 500, deadlineMs: 10_000, quiet: false, ...given(options) },
    ...{ bodyBytes, allBodyBytes: Math.max(ALL_BODY_BYTES, bodyBytes), version: versionOf() },
  }).catch(async (error) => {
    await current.answering.close();
    throw error;
  });
  let reloading: Promise<unknown> = Promise.resolve();
  let ending: Promise<void> | undefined;
  const reload = async (): Promise<Model> => {
    if (isEnding) throw new DigitflowError('POOL_CLOSED', 'the service ends');
    const next = await open();
    next.answering.ended.catch(fail);
    const old = current;
    current = next;
    old.scorers.close();
    await old.answering.close();
    return next.model;
  };
  const end = async (): Promise<void> => {
    isEnding = true;
    await reloading;
    await server.end();
    current.scorers.close();
    await current.answering.close();
  };
  return {
    ...{ url: server.url, name, ended },
    reload: () => {
      const reloaded = reloading.then(reload);
      reloading = reloaded.catch(() => {});
      return reloaded;
    },
    end: () => {
      ending ??= end().then(finish);
      ending.catch(fail);
      return ending;
    },
  };
}

function serviceOf(current: () => Current, isReady: () => boolean, language?: Language): Service {
  const pages = new Map<string, { readonly sha256: string; readonly html: Promise<string> }>();
  /** Made once for each network; it is asked for again where it failed. */
  const kept = (which: string, make: (model: Model) => Promise<string>): Promise<string> => {
    const { model } = current();
    const made = pages.get(which);
    if (made?.sha256 === model.sha256) return made.html;
    const html = make(model);
    pages.set(which, { sha256: model.sha256, html });
    html.catch(() => pages.delete(which));
    return html;
  };
  return {
    get model() {
      return current().served;
    },
    get isReady() {
      return isReady();
    },
    rows: ({ name, network, sha256 }, options) =>
      scoreStreamOn(
        { ...options, model: { name, network, sha256 }, output: 'ndjson', workers: 0 },
        current().scorers.open,
      ),
    explain: async ({ name, network, sha256 }, image, signal) => {
      const { explainApart } = await import('./look/explain-apart.js');
      const digit = digitOf(image, network.normalization);
      return lookDigitJson(await explainApart({ name, network, sha256 }, digit, signal));
    },
    page: () => kept('page', (model) => draw({ model, language })),
    report: () => kept('report', async (model) => (await report({ model, language })).html),
  };
}

function digitOf(image: ExplainedImage, own: Model['network']['normalization']) {
  const { isPicture, ...digit } = image;
  return { ...digit, normalization: isPicture ? { ...own, transposed: false } : own, label: null };
}

function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function versionOf(): string {
  return typeof DIGITFLOW_VERSION === 'string' ? DIGITFLOW_VERSION : '0.0.0';
}
