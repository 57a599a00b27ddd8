import { join } from 'node:path';
import { DATA_FOLDER, SAMPLE_FILES } from '../../src/assets.js';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import { DigitflowError } from '../../src/errors.js';
import { type ByteInput, nameOf } from '../../src/inputs/bytes/open-bytes.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import {
  type DriftBounds,
  type DriftSummary,
  DriftWatch,
  type DriftWindow,
} from '../../src/judging/drift.js';
import { DriftReferenceBuilder } from '../../src/judging/drift-reference.js';
import { driftWords } from '../../src/judging/drift-words.js';
import { inkReader } from '../../src/judging/ink-measures.js';
import type { Normalization } from '../../src/network/normalization.js';

/** What images that stream through are compared with, and how. */
export interface DriftOptions extends DriftBounds {
  /**
   * Images that the network was trained on, labelled or not, of any format that `score` takes; or `default`: 500 images of
   * MNIST's training set.
   */
  readonly reference: ByteInput;
  /** Is told of each window once it has ended, and of what is to be said of it where drift begins; else `note` is null. */
  readonly onWindow?: ((window: DriftWindow, note: string | null) => void) | undefined;
}

/** Scores the images of an input, and shows each batch and how its pixels are stored. */
export type ScoreReference = (
  images: ByteInput,
  onScored: (records: ScoredRecords, normalization: Normalization) => void,
) => Promise<unknown>;

/** A comparison under way. */
export interface Drifting {
  add(records: ScoredRecords, normalization: Normalization): void;
  /** To be called once, when all were added. */
  end(): DriftSummary;
}

/** What the default reference is called. */
const DEFAULT_NAME = "MNIST's training images";

/**
 * Scores the reference, and opens the comparison with it.
 *
 * @throws DigitflowError USAGE where the default is of another size than the network's images; DRIFT_REFERENCE for too few
 *   images; what scoring them throws
 */
export async function openDrifting(
  { reference: given, onWindow, ...bounds }: DriftOptions,
  { network }: Model,
  scoreReference: ScoreReference,
): Promise<Drifting> {
  const { image, classes } = network;
  const isDefault = given === 'default';
  const isOfMnist = image.height === 28 && image.width === 28 && classes.join() === '0,1,2,3,4,5,6,7,8,9';
  if (isDefault && !isOfMnist) {
    const found = `found one of ${classes.length} classes of ${image.height} x ${image.width} pixels`;
    const message = `--drift default: expected a network of MNIST's digits, ${found}`;
    throw new DigitflowError('USAGE', `${message}; give images that it was trained on`);
  }
  const builder = new DriftReferenceBuilder(classes.length);
  await scoreReference(isDefault ? join(DATA_FOLDER, SAMPLE_FILES[0]) : given, (records, normalization) => {
    builder.add({ ...driftImages(records), inkOf: inkOf(records, normalization) });
  });
  const reference = builder.finish(isDefault ? DEFAULT_NAME : nameOf(given), isDefault);
  const watch = new DriftWatch(reference, bounds);
  let isDrifting = false;
  const tell = (window: DriftWindow) => {
    const begins = window.drifts && !isDrifting;
    isDrifting = window.drifts;
    onWindow?.(window, begins ? driftWords(window, reference.name, classes) : null);
  };
  return {
    add: (records, normalization) => {
      const images = { ...driftImages(records), inkOf: inkOf(records, normalization) };
      for (const window of watch.add(images)) tell(window);
    },
    end: () => {
      const last = watch.end();
      if (last !== null) tell(last);
      return watch.summary;
    },
  };

  function inkOf(records: ScoredRecords, { scale, transposed }: Normalization) {
    const read = inkReader({ ...image, transposed, inverted: scale < 0 });
    return (place: number) => read(records.pixelsOf(place));
  }
}

/** Getters of a batch are on its class: a spread would leave them out. */
function driftImages({ count, predictions, confidences, outputsAreProbabilities }: ScoredRecords) {
  return { count, predictions, confidences, outputsAreProbabilities };
}
