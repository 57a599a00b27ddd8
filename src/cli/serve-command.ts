import type { Command } from 'commander';
import { type Serving, serve } from '../../pipelines/serve.js';
import { MOST_WORKERS } from '../engine/sizes.js';
import { reasonOf } from '../errors.js';
import type { Language } from '../views/words/words.js';
import { addModelOption, type ModelFlagValues, modelOptionsOf } from './networks/model-options.js';
import { realNumber, wholeNumber } from './options.js';
import { EXIT_INTERRUPTED, sayLine, sayNote } from './process.js';

interface ServeFlags extends Omit<ModelFlagValues, 'normalize'> {
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly batchSize?: number;
  readonly maxWait: number;
  readonly queue: number;
  readonly bodyLimit: number;
  readonly maxConnections: number;
  readonly maxLag: number;
  readonly timeout: number;
  readonly deadline: number;
  readonly cors?: string;
  readonly lang: Language;
}

const MIB = 2 ** 20;

const EXAMPLES = `
Examples:
  $ digitflow serve                                        http://127.0.0.1:8080, this machine only
  $ digitflow serve --host 0.0.0.0 --model my.safetensors  your own network, for all who can reach it
  $ curl --data-binary @three.png localhost:8080/predict   a picture, PNG or JPEG
  $ curl -X POST -T test.csv localhost:8080/predict        rows of CSV, IDX or NumPy: NDJSON, as they come
  $ curl localhost:8080/v2/models/sigmoid                  the Open Inference Protocol; POST …/infer
  $ DIGITFLOW_API_KEY=secret digitflow serve               for who knows the key
  $ kill -HUP PID                                          reads --model again; no request is lost

Addresses: /docs names all. / is the page to draw on, /report the report, /metrics for Prometheus.
SIGTERM or Ctrl-C takes no new connections, answers what was sent, and ends with exit code 0; a second one leaves at once.
The log is on stderr, a line of JSON a request; --quiet leaves only errors.

Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output (a port that is in use),
130 left at once.`;

/** Gives `digitflow serve` its flags and action. */
export function defineServe(command: Command): void {
  const ms = realNumber((value) => value >= 0 && value <= 60_000, 'Give milliseconds, from 0 to 60000.');
  const seconds = realNumber(
    (value) => value > 0 && value <= 86_400,
    'Give seconds, more than 0, up to 86400.',
  );
  addModelOption(command)
    .option('--name <name>', "what the network is called in addresses (default: its own, or its file's)")
    .option('--host <address>', 'where to listen; 0.0.0.0 for all addresses', '127.0.0.1')
    .option(
      '-p, --port <number>',
      'where to listen; 0 for any port that is free',
      wholeNumber(0, 65_535),
      8080,
    )
    .option('-w, --workers <count>', 'threads; 0 does without', wholeNumber(0, MOST_WORKERS), 0)
    .option('--batch-size <count>', 'the most images in a batch', wholeNumber(1))
    .option('--max-wait <ms>', 'how long a request may wait for its batch to fill', ms, 2)
    .option('--queue <images>', 'how many may wait in line: beyond that 503', wholeNumber(1), 32_768)
    .option('--body-limit <MiB>', 'the largest body: beyond that 413', wholeNumber(1, 1024), 16)
    .option('--max-connections <count>', 'beyond that 503', wholeNumber(1), 1024)
    .option(
      '--max-lag <ms>',
      'how long requests may have waited to be read: beyond that 503',
      wholeNumber(1, 60_000),
      500,
    )
    .option('--timeout <seconds>', 'how long a body may take to come: then 408', seconds, 30)
    .option('--deadline <seconds>', 'how long the end may take', seconds, 10)
    .option('--cors <origin>', 'whose pages may ask: an origin, or * for any')
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error')
    .addHelpText('after', EXAMPLES)
    .action(runServe);
}

async function runServe(flags: ServeFlags): Promise<void> {
  const { maxWait, queue, bodyLimit, maxConnections, maxLag, timeout, deadline, ...same } = flags;
  const serving = await serve({
    ...same,
    ...modelOptionsOf(flags),
    ...{
      maxWaitMs: maxWait,
      mostWaiting: queue,
      bodyBytes: bodyLimit * MIB,
      mostConnections: maxConnections,
    },
    ...{ mostLagMs: maxLag, bodyTimeoutMs: timeout * 1000, deadlineMs: deadline * 1000 },
    language: flags.lang,
    apiKey: process.env.DIGITFLOW_API_KEY || undefined,
  });
  handleSignals(serving, flags);
  sayNote(flags, `listening on ${serving.url} (model ${serving.name}; all addresses at ${serving.url}/docs)`);
  await serving.ended;
}

function handleSignals(serving: Serving, flags: ServeFlags): void {
  let isEnding = false;
  const end = () => {
    if (isEnding) process.exit(EXIT_INTERRUPTED);
    isEnding = true;
    sayNote(flags, 'ending; answering what was sent (again to leave at once)');
    // What goes wrong then is told by `ended`.
    serving.end().catch(() => {});
  };
  const reload = async () => {
    try {
      const { sha256 } = await serving.reload();
      sayNote(flags, `${flags.model}: read again, sha256 ${sha256.slice(0, 12)}`);
    } catch (error) {
      sayLine(`digitflow: not read again, the network stays as it was: ${reasonOf(error)}`);
    }
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', reload);
}
