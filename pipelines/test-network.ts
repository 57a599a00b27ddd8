import { lastValueFrom } from 'rxjs';
import { EvaluationTally } from '../src/counting/evaluation-tally.js';
import { wilsonInterval } from '../src/counting/scores.js';
import { openScorer } from '../src/engine/open-scorer.js';
import { knownDataset } from '../src/inputs/known-datasets.js';
import { openLabelledImages } from '../src/inputs/open-images.js';
import { areProbabilities } from '../src/network/activations.js';
import type { Network } from '../src/network/network.js';
import { batch } from '../src/operators/batch.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { normalize } from '../src/operators/normalize.js';
import { tally } from '../src/operators/tally.js';
import type { Training } from '../src/training/training-report.js';

/** Evaluates a network on the bundled test set, on the calling thread. */
export async function testNetwork(network: Network): Promise<Training['test']> {
  const source = await openLabelledImages({});
  try {
    const { count } = source.format;
    const scorer = await openScorer(network, { workers: 0, records: count });
    const { activation } = network.layers[network.layers.length - 1];
    const counting = {
      classes: network.classes.length,
      mistakes: 0,
      outputsAreProbabilities: areProbabilities(activation),
    };
    const flow = source
      .chunks(scorer.slots)
      .pipe(
        decode(source.format, network.classes.length),
        normalize(network.normalization),
        batch(scorer.slots),
        forward(scorer),
        tally(counting),
      );
    try {
      const { images, correct } = await lastValueFrom(flow, { defaultValue: new EvaluationTally(counting) });
      const interval = wilsonInterval(correct, images);
      const { files } = source;
      const dataset = knownDataset(files.images.sha256, files.labels?.sha256)?.name ?? null;
      return interval && { dataset, images, correct, accuracy: correct / images, interval };
    } finally {
      await scorer.close();
    }
  } finally {
    await source.close();
  }
}
