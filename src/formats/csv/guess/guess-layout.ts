import { readNumber } from '../../read-number.js';
import {
  type Claim,
  type ColumnEvidence,
  columnsBeside,
  isCounting,
  isText,
  isWithin,
} from './column-evidence.js';
import { labelsIn } from './guess-label.js';

/** What the columns of rows without names may be: a label, an id, a run of pixels; others are left out. */
export interface Layout {
  readonly firstPixel: number;
  readonly label: Claim | null;
  readonly id: Claim | null;
}

/** Claims of flags, and of one-hot columns. */
export type Given = Pick<Layout, 'label' | 'id'>;

/** In how much more of the rows than its neighbours a column breaks with the image, for it to be none of its pixels. */
const LEAST_UNLIKE = 0.2;
/** And up to how much it may be a pixel. */
const MOST_LIKE = 0.1;

/** More columns without a name, beside those that are given, are not guessed. */
const MOST_BESIDE = 2;

/** How a column that may be beside the pixels looks. */
interface Outer {
  readonly isUnlikePixel: boolean;
  readonly isLikePixel: boolean;
  readonly isLabel: boolean;
  readonly isId: boolean;
}

/**
 * Finds out where the pixels begin, and what stands beside them: a column next to the image that breaks with it is a label
 * or an id, a column that goes on like it is the image's border. Returns the only layout that has evidence for it and none
 * against it; else all that are possible, the favoured one first. None where columns have no meaning that is known.
 */
export function guessLayouts(evidence: ColumnEvidence, given: Given): readonly Layout[] {
  const { columnCount, pixelCount, rows } = evidence;
  const claims = [given.label, given.id];
  const isGiven = (column: number) => claims.some((claim) => isWithin(column, claim));
  const givenCount = columnCount - columnsBeside(columnCount, claims).length;
  if (columnCount - pixelCount - givenCount > MOST_BESIDE) return [];
  // All others are pixels in any case.
  const edges = columnsBeside(columnCount, [
    { first: columnCount - pixelCount, count: 2 * pixelCount - columnCount },
  ]);
  const outers = new Map(edges.map((column) => [column, lookAt(column, evidence)]));
  const candidates = Array.from({ length: columnCount - pixelCount + 1 }, (_, i) => {
    const firstPixel = columnCount - pixelCount - i;
    const isPixel = (column: number) => column >= firstPixel && column < firstPixel + pixelCount;
    if (edges.some((column) => isPixel(column) && isGiven(column))) return [];
    const beside = edges.filter((column) => !isPixel(column) && !isGiven(column));
    const layouts = rolesOf(beside, outers, given).map((roles) => ({ firstPixel, ...roles }));
    const of = (column: number) => outers.get(column) as Outer;
    const isBroken = edges.some((column) => isPixel(column) && of(column).isUnlikePixel);
    const isSeen = beside.every((column) => of(column).isUnlikePixel);
    const isBorder = edges.every((column) => !isPixel(column) || of(column).isLikePixel);
    return [{ layouts, isSeen: isSeen && isBorder, isBroken }];
  })
    .flat()
    .filter(({ layouts }) => layouts.length > 0);
  if (rows.length === 0) return candidates.slice(0, 1).flatMap(({ layouts }) => layouts.slice(0, 1));
  const seen = candidates.find(({ isSeen }) => isSeen);
  if (seen !== undefined) return seen.layouts;
  // What speaks against the only one is a column whose meaning is not known.
  if (candidates.length === 1 && candidates[0].isBroken && givenCount < columnCount - pixelCount) return [];
  const whole = candidates.filter(({ isBroken }) => !isBroken);
  const likely = (whole.length > 0 ? whole : candidates).flatMap(({ layouts }) => layouts);
  const guessed = (claim: Claim | null): Claim | null => claim && { ...claim, by: 'guessed' };
  return likely.map(({ firstPixel, label, id }) => ({
    firstPixel,
    label: given.label ?? guessed(label),
    id: given.id ?? guessed(id),
  }));
}

/** What columns beside the pixels may be; empty where a single one has no meaning that is known. */
function rolesOf(
  beside: readonly number[],
  outers: ReadonlyMap<number, Outer>,
  given: Given,
): readonly Pick<Layout, 'label' | 'id'>[] {
  const of = (column: number) => outers.get(column) as Outer;
  const claim = (column: number | undefined): Claim | null =>
    column === undefined ? null : { first: column, count: 1, by: 'seen' };
  const id = given.id ?? claim(beside.find((column) => of(column).isId));
  const free = beside.filter((column) => column !== id?.first);
  const labels = given.label === null ? free.filter((column) => of(column).isLabel) : [];
  if (labels.length > 0) return labels.map((column) => ({ label: claim(column), id }));
  const isKnown = free.length === 0 || given.label !== null || id !== null;
  return isKnown ? [{ label: given.label, id }] : [];
}

/** Compares a column at the rows' edge with the pixels next to it. */
function lookAt(column: number, evidence: ColumnEvidence): Outer {
  const { rows, more, columnCount, pixelCount } = evidence;
  const all = [...rows, ...more];
  const isAhead = column < columnCount - pixelCount;
  // The outermost columns that are pixels in any case.
  const pixel = isAhead ? columnCount - pixelCount : pixelCount - 1;
  const inwards = isAhead ? 1 : -1;
  const share = (of: number, next: number) =>
    all.filter((row) => isBreak([of, next, next + inwards].map((at) => readNumber(row[at]) ?? Number.NaN)))
      .length / all.length;
  const breaks = share(column, pixel) - share(pixel, pixel + inwards);
  const labels = labelsIn(evidence, column);
  const isIndex = isCounting(rows, column);
  return {
    isUnlikePixel: breaks >= LEAST_UNLIKE,
    isLikePixel: breaks <= MOST_LIKE,
    isLabel: labels !== null && !isIndex,
    isId: isIndex || (labels === null && isText(rows, column)),
  };
}

/** Whether a value stands out from the two beside it: it differs where they are the same, or by far more than they do. */
function isBreak([value, next, afterNext]: readonly number[]): boolean {
  return Number.isNaN(value) || Math.abs(value - next) > 2 * Math.abs(next - afterNext);
}

/** What asks for a layout: all that is beside the pixels is given then. Null where no flags say so much. */
export function flagsOfLayout({ firstPixel, label, id }: Layout, evidence: ColumnEvidence, given: Given) {
  const { columnCount, pixelCount } = evidence;
  const last = columnCount - 1;
  const word = (column: number) => (column === 0 ? 'first' : column === last ? 'last' : `${column + 1}`);
  const others = columnsBeside(columnCount, [{ first: firstPixel, count: pixelCount }, label, id]);
  const idColumn = id?.first ?? others[0];
  if (others.length > (id === null ? 1 : 0)) return null;
  return {
    ...(given.label === null && label !== null && { label: word(label.first) }),
    ...(given.id === null && idColumn !== undefined && { id: `${idColumn + 1}` }),
  };
}
