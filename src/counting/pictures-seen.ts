import { State } from './state.js';
import { grouped } from './wording.js';

/** What was done to pictures, and what is doubtful about them. */
export interface PicturesSeen {
  /** How many were read. */
  readonly pictures: number;
  /** How many had each thing done to them; `left as is` where nothing was. */
  readonly done: ReadonlyMap<string, number>;
  /** How many are doubtful; the first of these by name, with why. */
  readonly doubtful: number;
  readonly doubts: readonly PictureDoubts[];
}

/** Why one picture may be no digit, or another than it seems. */
export interface PictureDoubts {
  /** That of the picture, within its folder. */
  readonly name: string;
  /** Why, a phrase each. */
  readonly doubts: readonly string[];
}

const MOST_NAMED = 10;
const NOTHING_DONE = 'left as is';

/** Counts what was done to pictures, and keeps the first doubts, in memory that does not grow with their number. */
export class PictureTally implements PicturesSeen {
  pictures = 0;
  doubtful = 0;
  readonly done = new Map<string, number>();
  readonly doubts: PictureDoubts[] = [];

  add(name: string, done: readonly string[], doubts: readonly string[]): void {
    this.pictures++;
    for (const what of done.length === 0 ? [NOTHING_DONE] : done.map(kindOf)) {
      this.done.set(what, (this.done.get(what) ?? 0) + 1);
    }
    if (doubts.length === 0) return;
    this.doubtful++;
    if (this.doubts.length < MOST_NAMED) this.doubts.push({ name, doubts });
  }

  /**
   * Adds what was seen of the pictures that follow.
   *
   * @param state what another one's `toJSON` gave, parsed
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: unknown): void {
    const own = state instanceof State ? state : new State(state, 'pictures');
    this.pictures += own.get('pictures').whole();
    this.doubtful += own.get('doubtful').whole();
    for (const entry of own.get('done').list()) {
      const [what, count] = entry.list(2);
      this.done.set(what.text(), (this.done.get(what.text()) ?? 0) + count.whole());
    }
    for (const doubt of own.get('doubts').list()) {
      if (this.doubts.length === MOST_NAMED) break;
      const doubts = doubt
        .get('doubts')
        .list()
        .map((why) => why.text());
      this.doubts.push({ name: doubt.get('name').text(), doubts });
    }
  }

  /** The exact state. */
  toJSON(): object {
    const { pictures, doubtful, done, doubts } = this;
    return { pictures, done: [...done], doubtful, doubts };
  }
}

/** Without what differs from one to the next: `scaled from 90 x 80 to 28 x 28 and …`, `inverted (…)`. */
function kindOf(done: string): string {
  return done.replace(/ from \d+ x \d+ to \d+ x \d+| \(.*\)$/, '');
}

/** What there is to say of pictures, a line each. */
export function describePictures({ pictures, done, doubtful, doubts }: PicturesSeen): string[] {
  if (pictures === 0) return [];
  const parts = [...done]
    .sort(([, one], [, other]) => other - one)
    .map(
      ([what, count]) => `${pictures === 1 ? '' : count === pictures ? 'all ' : `${grouped(count)} `}${what}`,
    );
  const more = doubtful - doubts.length;
  return [
    `${grouped(pictures)} ${pictures === 1 ? 'picture' : 'pictures'}: ${parts.join(', ')}`,
    ...doubts.map(({ name, doubts: why }) => `${name}: may be misread: ${why.join(', ')}`),
    ...(more > 0 ? [`${grouped(more)} more ${more === 1 ? 'picture' : 'pictures'} may be misread`] : []),
  ];
}
