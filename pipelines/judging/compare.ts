import { identity, lastValueFrom, pipe, tap } from 'rxjs';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { PictureTally } from '../../src/counting/pictures-seen.js';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import type { Scorer } from '../../src/engine/open-scorer.js';
import type { Permits } from '../../src/engine/records.js';
import { checkCounts } from '../../src/engine/sizes.js';
import { DigitflowError } from '../../src/errors.js';
import { checkMisplaced } from '../../src/formats/reading.js';
import type { DigestMode } from '../../src/inputs/data-stream.js';
import { Inputs } from '../../src/inputs/inputs.js';
import { type AnyModelOptions, anyModelOf } from '../../src/inputs/models/open-model.js';
import { findImages, type ImagesSpec } from '../../src/inputs/open-inputs.js';
import { type Comparison, compared } from '../../src/judging/comparison.js';
import { answerOf } from '../../src/judging/comparison-answer.js';
import { PairedVerdicts, type VerdictPair } from '../../src/judging/paired-verdicts.js';
import { type Normalization, saidOf } from '../../src/network/normalization.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { normalize, orientedAs } from '../../src/operators/normalize.js';
import { notePictures } from '../../src/operators/note-pictures.js';
import { takeRecords, takeScoredTogether } from '../../src/operators/take-records.js';
import { acceptTogether, together } from '../../src/operators/together.js';
import { abortOr, unlessAborted, untilAborted } from '../../src/operators/until-aborted.js';
import type { ReadingOptions } from '../hold.js';
import { askNetworks, type Turn } from './ask-networks.js';
import { type Contender, checkAlike, wantedOf, withScorers } from './contenders.js';
import { describeData } from './describe-evaluated.js';
import { judgeOf } from './judge.js';

/** What to compare, and how. */
export interface CompareOptions extends ImagesSpec, ReadingOptions {
  /** Two networks or more: names, paths, or as `evaluate` takes them. All of the same classes and size of images. */
  readonly networks: readonly (string | AnyModelOptions)[];
  /** Whether to digest the raw content. Default `auto`: when it is not too long. */
  readonly digest?: DigestMode | undefined;
  /** How a pixel becomes a brightness, given a network's own way. Default: that. */
  readonly normalization?: ((own: Normalization) => Normalization) | undefined;
  /** Threads, shared out among the networks, at least one each; 0 does without. Default: by the cores and the input. */
  readonly workers?: number | undefined;
  /** Records in a batch, at least 1. Default: by the input and the threads. */
  readonly batchSize?: number | undefined;
  /** Compare on the first records only. Default: all. */
  readonly limit?: number | undefined;
  /** How many images to keep, at most, that only one network of a pair reads right. Default 10. */
  readonly examples?: number | undefined;
  /** Aborting it stops the reading; what was read is compared, and the result is marked partial. As `evaluate` has it. */
  readonly signal?: AbortSignal | undefined;
  /** Is told after every batch how many images are done; `total` is what the header announces, or the limit. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** A comparison, and the pixels of its images. */
export interface CompareResult {
  /** What `--format json` prints. */
  readonly comparison: Comparison;
  /** As in `comparison.pairs`, with the pixels of their examples as stored. */
  readonly pairs: readonly VerdictPair[];
  /** How each network sees a pixel of this input. */
  readonly normalizations: readonly Normalization[];
}

const MOST_NETWORKS = 16;

/**
 * Compares networks on the same labelled images, which are read once, whatever they come from: each batch goes to all
 * networks, and their verdicts are counted together.
 *
 * @throws DigitflowError what `evaluate` throws; USAGE for fewer than two networks, and for more than 16; INPUT_SIZE where they
 *   are of different classes or sizes
 */
export async function compare(options: CompareOptions): Promise<CompareResult> {
  checkMisplaced(options);
  checkCounts(options, { workers: 0, batchSize: 1, limit: 0, examples: 0 });
  const { signal, reading, digest, onOpened, limit } = options;
  const contenders = await openContenders(options);
  const [{ model: lead, normalization }] = contenders;
  const asksTurns = options.normalization === undefined;
  const { choose, turns } = askNetworks(contenders, { asksTurns, limit });
  // Of the bundled set all is known, and only a network of which we have the weights can be asked.
  const isAsked = options.images !== undefined && contenders.some(({ model }) => model.runtime === undefined);
  const inputs = new Inputs([await findImages(options, 'test')], {
    network: { ...lead.network, normalization, ...saidOf(normalization, lead.network.normalization) },
    ...{ reading, choose: isAsked ? choose : undefined, digest, onOpened },
  });
  try {
    const needs = await unlessAborted(inputs.look(), signal);
    const run = { inputs, records: needs.records ?? null, contenders, turns };
    return await withScorers(contenders, { needs, ...options }, (scorers) =>
      compareInputs({ ...run, scorers }, options),
    );
  } catch (error) {
    throw await abortOr(error, signal);
  } finally {
    await inputs.close();
  }
}

async function openContenders({ networks, signal, ...options }: CompareOptions): Promise<Contender[]> {
  if (networks.length < 2 || networks.length > MOST_NETWORKS) {
    const message = `networks: expected 2 to ${MOST_NETWORKS}, found ${networks.length}`;
    throw new DigitflowError('USAGE', `${message}; give those to be compared`);
  }
  const contenders: Contender[] = [];
  for (const network of networks) {
    const model = await anyModelOf(typeof network === 'string' ? { model: network } : network, signal);
    const own = model.network.normalization;
    contenders.push({ model, normalization: options.normalization?.(own) ?? own });
    checkAlike(contenders[0].model, model);
  }
  return contenders;
}

/** What is open for one comparison. */
interface ComparisonRun {
  readonly inputs: Inputs;
  /** How many there are to be read; null where that is not known. */
  readonly records: number | null;
  readonly contenders: readonly Contender[];
  /** One for each of them. */
  readonly scorers: readonly Scorer[];
  readonly turns: readonly Turn[];
}

const NOTHING: readonly ScoredRecords[] = [];

/** From bytes to the counts of each pair. */
async function compareInputs(run: ComparisonRun, options: CompareOptions): Promise<CompareResult> {
  const { inputs, records: recordCount, contenders, scorers, turns } = run;
  const { signal, limit = Number.POSITIVE_INFINITY, examples = 10, onProgress, onPictures } = options;
  const input = await unlessAborted(inputs.open(), signal);
  if (input === null) throw new TypeError('expected an input');
  const [lead] = contenders;
  const { classes, image } = lead.model.network;
  const opened = { lead, preprocess: options.reading?.preprocess };
  const wanted = contenders.map((own, index) => wantedOf(own, turns[index]?.flags ?? {}, input, opened));
  const pictures = new PictureTally();
  const branches = scorers.map((scorer, index) =>
    pipe(
      normalize(wanted[index]),
      batch(scorer.slots),
      forward(scorer),
      inOrder(),
      index === 0 ? notePictures(pictures) : identity,
    ),
  );
  const judges = contenders.map((own, index) => judgeOf(own, scorers[index].slots));
  const recordBytes = image.height * image.width;
  const verdicts = new PairedVerdicts({
    networks: judges.length,
    classes: classes.length,
    recordBytes,
    examples,
  });
  const most = Math.min(limit, recordCount ?? Number.POSITIVE_INFINITY);
  const total = Number.isFinite(most) ? most : undefined;
  const start = process.hrtime.bigint();
  const flow = inputs.pieces(permitsOf(scorers), { isCutHere: true }).pipe(
    untilAborted(signal),
    decode(),
    // Only where not all are wanted: a source is checked at its end.
    takeRecords(limit < (recordCount ?? Number.POSITIVE_INFINITY) ? limit : Number.POSITIVE_INFINITY),
    together(...branches),
    acceptTogether(inputs),
    takeScoredTogether(limit),
    tap((all) => verdicts.add(all)),
    tap((all) => {
      for (const [index, records] of all.entries()) judges[index].add(records);
      onProgress?.(judges[0].images, total);
    }),
  );
  await lastValueFrom(flow, { defaultValue: NOTHING });
  onPictures?.(pictures);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const [{ images }] = judges;
  const partial = !inputs.isComplete || inputs.rows > images;
  const common = {
    data: await describeData(input, !partial),
    workers: scorers.reduce((sum, { workers }) => sum + workers, 0),
    ...{ partial, seconds },
  };
  const normalizations = wanted.map((own) => orientedAs(input, own));
  const context = { ...common, guesses: input.guesses, spec: options, reading: options.reading };
  const evaluations: Evaluation[] = [];
  for (const [index, judge] of judges.entries())
    evaluations.push(await judge.evaluation(normalizations[index], context));
  const { pairs } = verdicts;
  const turned = contenders.map((_, index) => turns[index]?.words ?? null);
  return {
    comparison: compared({ ...common, images, evaluations, turned, pairs }, answerOf),
    pairs,
    normalizations,
  };
}

/** A slot of each scorer; what is read lies in that of the first. */
function permitsOf(scorers: readonly Scorer[]): Permits {
  const [{ slots }] = scorers;
  return {
    whenFree: async () => {
      for (const scorer of scorers) await scorer.slots.whenFree();
    },
    room: (reading) => slots.room(reading),
    text: slots.text,
    readByWorkers: false,
  };
}
