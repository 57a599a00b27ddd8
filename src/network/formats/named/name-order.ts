/** A name as words and numbers: `model.fc10.weight` is model, fc, 10, weight. */
export type NameParts = readonly string[];

const PARTS = /\d+|\p{Lu}*\p{Ll}+|[\p{Lu}\p{Lo}\p{Lm}]+/gu;
/** What TensorFlow puts after the name of a variable. */
const OUTPUT_NUMBER = /:\d+$/;

export function partsOf(name: string): NameParts {
  const steps = name.replace(OUTPUT_NUMBER, '').split('/');
  // Keras 2 says each layer twice: dense_1/dense_1/kernel:0.
  const path = steps.filter((step, index) => step !== steps[index - 1]).join('/');
  return path.match(PARTS) ?? [];
}

/**
 * Below 0 where the names say that the first comes before the second, above 0 where it comes after it, 0 where they do not
 * say: only numbers say it. One that counts from nothing says it, too: dense, dense_1, dense_2.
 */
export function compareNames(a: NameParts, b: NameParts): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  const [x, y] = at === -1 ? [undefined, b[a.length]] : [a[at], b[at]];
  if (isNumber(x) && isNumber(y)) return Number(x) - Number(y);
  if (x === undefined && isNumber(y)) return -1;
  return isNumber(x) && y === undefined ? 1 : 0;
}

/** What `compareNames` says of each of some names and each other: above 0 at `[a][b]` where a comes after b. */
export function ordersOf(names: readonly NameParts[]): readonly (readonly number[])[] {
  return names.map((a) => names.map((b) => compareNames(a, b)));
}

function isNumber(part: string | undefined): boolean {
  return part !== undefined && /^\d/.test(part);
}

/** More tries than any true network needs. */
const MOST_TRIES = 1_000;

/**
 * The ways to choose `count` things one after another, two at most: none, the only one, or more than one. So many that
 * they cannot be tried count as more than one.
 *
 * @param options what can be chosen next.
 */
export function waysToChoose(
  count: number,
  options: (chosen: readonly number[]) => readonly number[],
): readonly (readonly number[])[] {
  const ways: (readonly number[])[] = [];
  let tries = 0;
  const visit = (chosen: readonly number[]) => {
    if (chosen.length === count) ways.push(chosen);
    else if (tries++ < MOST_TRIES) {
      for (const option of options(chosen)) if (ways.length < 2) visit([...chosen, option]);
    }
  };
  visit([]);
  return tries > MOST_TRIES ? [[], []] : ways;
}
