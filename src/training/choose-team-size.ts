import { TILE_IMAGES } from '../../workers/kernel/common/offsets.js';

/** What a thread is worth that joins a team: the team waits for its slowest, and each reads what the others wrote. */
const WORTH_OF_A_MEMBER = 0.85;

/**
 * How many threads are to share each run, so that all runs are done soonest. Runs side by side lose nothing, so with as many
 * restarts as threads each run has one; a single run has them all, or as many as a batch has tiles for.
 *
 * @param workers threads there are, from 0 up
 */
export function chooseTeamSize(
  workers: number,
  { restarts, batchSize }: { readonly restarts: number; readonly batchSize: number },
): number {
  const most = Math.min(workers, Math.ceil(batchSize / TILE_IMAGES));
  let [best, leastTime] = [1, Number.POSITIVE_INFINITY];
  for (let teamSize = 1; teamSize <= most; teamSize++) {
    const turns = Math.ceil(restarts / Math.floor(workers / teamSize));
    const time = turns / (1 + (teamSize - 1) * WORTH_OF_A_MEMBER);
    if (time < leastTime) [best, leastTime] = [teamSize, time];
  }
  return best;
}
