import {
  type Scorer,
  type ScorerNeeds,
  type ScorerOptions,
  withScorer,
} from '../../src/engine/open-scorer.js';
import { chooseTextWorkers, chooseWorkers, usableCores } from '../../src/engine/sizes.js';
import { DigitflowError } from '../../src/errors.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import type { Input } from '../../src/inputs/input.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import { invertedOf, type Normalization } from '../../src/network/normalization.js';
import { orientedAs } from '../../src/operators/normalize.js';
import { openModelScorer } from '../open-model-scorer.js';

/** A network that is compared. */
export interface Contender {
  readonly model: Model;
  /** How it sees a pixel, before the input has its say. */
  readonly normalization: Normalization;
}

/** Makes sure that two networks say the same classes of the same images; throws NETWORK_FILE. */
export function checkAlike(first: Model, other: Model): void {
  const [{ image, classes }, found] = [first.network, other.network];
  const fail = (expected: string, is: string) => {
    const message = `${other.name}: expected ${expected}, as ${first.name} has, found ${is}`;
    throw new DigitflowError(
      'NETWORK_FILE',
      `${message}; compare networks that take the same images for the same classes`,
    );
  };
  const sizeWords = ({ height, width }: typeof image) => `images of ${height} x ${width}`;
  if (sizeWords(image) !== sizeWords(found.image)) fail(sizeWords(image), sizeWords(found.image));
  if (classes.length !== found.classes.length) fail(`${classes.length} classes`, `${found.classes.length}`);
  const at = classes.findIndex((name, index) => name !== found.classes[index]);
  if (at >= 0) fail(`class ${at} to be ${classes[at]}`, found.classes[at]);
}

/**
 * How a network sees the pixels of an input that was opened for another one.
 *
 * @param turn how it takes them turned, where that is not the same for all networks
 * @param opened for which network the input was opened, and what is done to pictures
 */
export function wantedOf(
  { normalization }: Contender,
  turn: ReadingFlags,
  { format }: Pick<Input, 'format'>,
  opened: { readonly lead: Contender; readonly preprocess: ReadingFlags['preprocess'] },
): Normalization {
  const { lead, preprocess } = opened;
  const turned = orientedAs({ transposed: turn.transpose ?? null, inverted: turn.invert }, normalization);
  // Pictures are made as dark on bright, or bright on dark, unless they are taken as they are.
  const areMade = format === 'pictures' && preprocess !== 'none';
  const isMadeOtherwise = areMade && normalization.scale * lead.normalization.scale < 0;
  return isMadeOtherwise ? invertedOf(turned) : turned;
}

/** What scorers are made for. */
interface ScorersOptions extends Pick<ScorerOptions, 'workers' | 'batchSize'> {
  readonly needs: ScorerNeeds;
  readonly limit?: number | undefined;
}

/**
 * Uses a scorer for each network, all with slots of the same size, so that their batches hold the same records. Nothing is left
 * to the workers to read: what is read once is the same for all.
 */
export async function withScorers<T>(
  contenders: readonly Contender[],
  options: ScorersOptions,
  use: (scorers: readonly Scorer[]) => Promise<T>,
): Promise<T> {
  const { needs, batchSize, limit = Number.POSITIVE_INFINITY } = options;
  const most = Math.min(needs.records ?? Number.POSITIVE_INFINITY, limit);
  const records = Number.isFinite(most) ? most : null;
  const workers = workersOfEach(contenders, { ...options, needs: { ...needs, records } });
  const made = { ...needs, canBeReadByWorkers: false, records, workers, batchSize };
  const open = async ([next, ...others]: readonly Contender[], opened: readonly Scorer[]): Promise<T> =>
    next === undefined
      ? use(opened)
      : withScorer(await openModelScorer(next.model, made), (scorer) => open(others, [...opened, scorer]));
  return open(contenders, []);
}

/** Threads are shared out; where a network is run by another, which has slots of its own kind, the others do without. */
function workersOfEach(contenders: readonly Contender[], { workers, needs }: ScorersOptions): number {
  if (contenders.some(({ model }) => model.runtime !== undefined)) return 0;
  const share = (all: number) => Math.max(1, Math.floor(all / contenders.length));
  if (workers !== undefined) return workers === 0 ? 0 : share(workers);
  const { isText = false, bytes = null, records } = needs;
  const usual = isText ? chooseTextWorkers(bytes) : chooseWorkers(records ?? Number.MAX_SAFE_INTEGER);
  return usual === 0 ? 0 : Math.min(usual, share(usableCores()));
}
