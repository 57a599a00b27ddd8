import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { quoteValue } from '../../errors.js';
import { type LabelledImages, surest, verdictOfOutputs } from '../../insight/judge-networks.js';
import {
  checkClasses,
  classesWords,
  digitLabels,
  FEEDS,
  feedWords,
} from '../../insight/network-candidates.js';
import { isRight, shareOfRight } from '../../insight/readings.js';
import type { NetworkFlags, NetworkGuess } from '../../insight/settle-network.js';
import { type ActivationName, activate } from '../../network/activations.js';
import { networkFileError } from '../../network/formats/found-network.js';
import { readModel } from '../../network/formats/onnx/onnx-model.js';
import { sizeOf } from '../../network/formats/onnx/onnx-tensors.js';
import type { Network } from '../../network/network.js';
import type { Normalization } from '../../network/normalization.js';
import { createRandom } from '../../network/random.js';
import { OnnxSession, type SessionEnds } from './onnx-session.js';
import { readBeside, readSample } from './read-foreign.js';
import { endsOf } from './session-ends.js';

/** An ONNX file that onnxruntime is to run. */
export interface RuntimeFile {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** Where it lies; null where it came as bytes. */
  readonly path: string | null;
  readonly flags: NetworkFlags;
}

/** Height and width of the images that we have to try. */
const SIDE = 28;
/** Images to learn from what outputs look like, where there are none of the kind. */
const NOISE_IMAGES = 16;

/**
 * Opens any classifier of images that onnxruntime runs, and settles what its file does not say, as for other networks: how it
 * takes pixels and what its outputs stand for, by the training images.
 *
 * @throws DigitflowError PEER_MISSING, NETWORK_FILE, WORKER_FAILED
 */
export async function openRuntimeModel(file: RuntimeFile) {
  const { name, path, bytes, flags } = file;
  const { sha256, parameters } = factsOf(file);
  // By its path the runtime finds what lies beside it.
  const isFile = path !== null && statSync(path).isFile();
  const session = new OnnxSession({ name, model: isFile ? path : bytes });
  try {
    const { inputs, outputs } = await session.describe();
    const ends = endsOf(inputs, outputs, name);
    session.use(ends);
    checkClasses(flags.classes ?? null, ends.classes, name);
    const labels = digitLabels(flags.classes ?? null, ends.classes);
    const { height, width } = ends.image;
    const isDigits = height === SIDE && width === SIDE && labels !== null;
    const tried = isDigits
      ? await tryFeeds(session, file, labels, readSample())
      : await untried(session, file, ends);
    const kind = kindOf(tried.outputs, ends.classes);
    session.use({ ...ends, areLogarithms: kind.areLogarithms });
    const names =
      flags.classes ?? Array.from({ length: ends.classes }, (_, k) => String(tried.labels[k] ?? k));
    const notes = kind.areLogarithms ? ['read logarithms of probabilities as probabilities'] : [];
    if (outputs.length > 1) notes.push(`took output ${quoteValue(ends.output)}`);
    return {
      ...{ session, notes, guesses: tried.guesses, title: 'ONNX run by onnxruntime' },
      network: networkOf(ends, kind.activation, tried.normalization, names),
      ...{ parameters, sha256 },
    };
  } finally {
    await session.close();
  }
}

/** How images were fed, and what came of it. */
interface Tried {
  readonly normalization: Normalization;
  readonly labels: readonly number[];
  readonly outputs: Float64Array;
  readonly guesses: readonly NetworkGuess[];
}

/** The way of feeding under which it knows images of the training set. */
async function tryFeeds(
  session: OnnxSession,
  { name, flags }: RuntimeFile,
  labels: readonly (readonly number[])[],
  images: LabelledImages,
): Promise<Tried> {
  const given = flags.normalization;
  const feeds =
    given === undefined ? FEEDS.flatMap((feed) => [feed, { ...feed, transposed: true }]) : [given];
  // Those that lie upright are likelier.
  const ordered = [...feeds].sort((a, b) => Number(a.transposed) - Number(b.transposed));
  const candidates: Pick<Tried, 'normalization' | 'labels' | 'outputs'>[] = [];
  for (const normalization of ordered) {
    const outputs = Float64Array.from(await session.run(images.pixels, images.count, normalization));
    candidates.push(...labels.map((own) => ({ normalization, labels: own, outputs })));
  }
  const verdicts = candidates.map(({ outputs, labels: own }) =>
    verdictOfOutputs(outputs, oddsOf(outputs, own.length), own, images),
  );
  const near = surest(candidates, verdicts);
  const [{ candidate, verdict }] = near;
  const percent = `${(100 * shareOfRight(verdict.right)).toFixed(1)} % of ${images.count} training images`;
  if (!isRight(verdict.right, images.labels)) {
    const expected = `a network that knows digits, fed in ${candidates.length} ways`;
    const advice =
      'say how it was trained with --normalize, or name what its outputs stand for with --classes';
    throw networkFileError(name, expected, `at best ${percent} right`, advice);
  }
  const because = `${percent} are right so`;
  const differs = (text: (one: Normalization) => string) =>
    new Set(near.map((one) => text(one.candidate.normalization))).size > 1;
  const guesses: NetworkGuess[] = [];
  if (given === undefined) {
    const value = feedWords(candidate.normalization);
    const by = differs(feedWords) ? 'guessed' : 'seen';
    guesses.push({ property: 'normalize', value, by, flag: '--normalize', because });
  }
  if (flags.classes === undefined) {
    guesses.push({
      property: 'classes',
      value: classesWords(candidate.labels.map(String)),
      by: 'seen',
      flag: '--classes',
      because,
    });
  }
  return { ...candidate, guesses };
}

/** For images of other sizes or classes: the likeliest way, which is said to be a guess. */
async function untried(
  session: OnnxSession,
  { flags }: RuntimeFile,
  { image, classes }: SessionEnds,
): Promise<Tried> {
  const normalization = flags.normalization ?? FEEDS[0];
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: NOISE_IMAGES * image.height * image.width }, () =>
    random.below(256),
  );
  const outputs = Float64Array.from(await session.run(pixels, NOISE_IMAGES, normalization));
  const because = 'it could not be tried: it is no network of 28x28 digits';
  const guesses: NetworkGuess[] = [];
  if (flags.normalization === undefined) {
    const value = feedWords(normalization);
    guesses.push({ property: 'normalize', value, by: 'guessed', flag: '--normalize', because });
  }
  if (flags.classes === undefined) {
    guesses.push({
      property: 'classes',
      value: `0 to ${classes - 1}`,
      by: 'guessed',
      flag: '--classes',
      because,
    });
  }
  return { normalization, labels: [], outputs, guesses };
}

/** Probabilities where outputs are such; else what softmax makes of them. */
function oddsOf(outputs: Float64Array, classes: number): Float64Array {
  const { activation, areLogarithms } = kindOf(outputs, classes);
  return areLogarithms || activation === 'identity' ? activate('softmax', outputs, classes) : outputs;
}

/** Far above what float32 and float16 round away. */
const SUM_ERROR = 0.01;

/** What outputs look like. */
function kindOf(
  outputs: Float64Array,
  classes: number,
): { activation: ActivationName; areLogarithms: boolean } {
  const areShares = outputs.every((value) => value >= 0 && value <= 1 + SUM_ERROR);
  if (areShares && sumToOne(outputs, classes)) return { activation: 'softmax', areLogarithms: false };
  if (areShares) return { activation: 'sigmoid', areLogarithms: false };
  const areLogarithms =
    outputs.every((value) => value <= SUM_ERROR) && sumToOne(outputs.map(Math.exp), classes);
  return { activation: areLogarithms ? 'softmax' : 'identity', areLogarithms };
}

function sumToOne(outputs: Float64Array, classes: number): boolean {
  for (let start = 0; start < outputs.length; start += classes) {
    const sum = outputs.subarray(start, start + classes).reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > SUM_ERROR) return false;
  }
  return true;
}

/** What the flow has to know of it, in the shape of a network: of its layers the sizes of input and outputs, and no weights. */
function networkOf(
  { image, classes: outputs }: SessionEnds,
  activation: ActivationName,
  normalization: Normalization,
  classes: readonly string[],
): Network {
  const none = new Float64Array();
  const layer = { weights: none, biases: none, inputs: image.height * image.width, outputs, activation };
  return { layers: [layer], image, normalization, classes, provenance: {} };
}

/** How many numbers its tensors hold, and the digest of all its bytes: of those that lie beside it, too. */
function factsOf({ bytes, name, path }: RuntimeFile) {
  const { initializers } = readModel(bytes, name, Number.POSITIVE_INFINITY);
  const digest = createHash('sha256').update(bytes);
  const beside = new Set(initializers.flatMap(({ external }) => external?.get('location') ?? []));
  for (const location of beside) digest.update(readBeside(name, path, location));
  const parameters = initializers.reduce((sum, { dims }) => sum + (sizeOf(dims) ?? 0), 0);
  return { sha256: digest.digest('hex'), parameters };
}
