/**
 * What a pickle says. An int is a bigint and a float a number, so that sizes are never taken for weights; lists, tuples and
 * sets are arrays; the strings of Python 2, which hold bytes, are strings of characters up to U+00FF.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleRecord;

/** A class or a function, by its module and name: `collections.OrderedDict`. It is never looked up. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What Python would make by calling something. Nothing is called: a record keeps what it would be made of. */
export class PickleRecord {
  /** What it is given afterwards, its attributes as a rule. */
  state: PickleValue = null;
  /** What is appended to it, and what is set in it by key. */
  readonly list: PickleValue[] = [];
  items: Map<PickleValue, PickleValue> | null = null;

  constructor(
    readonly callee: PickleValue,
    readonly args: readonly PickleValue[],
  ) {}
}

/** The callee of what a pickle takes from elsewhere, by its id, which is the only argument. */
export const PERSISTENT = new PickleGlobal('a persistent id');

/** Functions that make an object of the class that is their first argument. */
const MAKERS = new Set(
  ['_reconstructor', '__newobj__', '__newobj_ex__'].flatMap((name) => [
    `copyreg.${name}`,
    `copy_reg.${name}`,
  ]),
);

/** What makes what makes an object: no more than this, and a record may lead back to itself. */
const MOST_MAKERS = 8;

/** The name of what a record is made by, its class as a rule; of a class the name itself; empty for all else. */
export function nameOf(value: PickleValue): string {
  let at = value;
  for (let makers = 0; makers < MOST_MAKERS && at instanceof PickleRecord; makers++) {
    const { callee, args } = at;
    // PyTorch once gave the source of a class along with it, as `('module', class, file, source)`.
    if (callee === PERSISTENT && Array.isArray(args[0]) && args[0][0] === 'module') at = args[0][1];
    else at = callee instanceof PickleGlobal && MAKERS.has(callee.name) ? args[0] : callee;
  }
  return at instanceof PickleGlobal ? at.name : '';
}

/** A dictionary, an ordered one too; null for anything else. */
export function dictOf(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof Map) return value;
  if (!(value instanceof PickleRecord)) return null;
  if (value.items !== null) return value.items;
  if (nameOf(value) !== 'collections.OrderedDict') return null;
  // Python 2 gave the pairs to the class.
  const [pairs = []] = value.args;
  const isPairs = Array.isArray(pairs) && pairs.every((pair) => Array.isArray(pair) && pair.length === 2);
  return isPairs ? new Map(pairs as [PickleValue, PickleValue][]) : null;
}

/** Bytes as any protocol writes them, null for anything else. */
export function bytesOf(value: PickleValue): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'latin1');
    return bytes.toString('latin1') === value ? bytes : null;
  }
  const name = value instanceof PickleRecord ? nameOf(value) : '';
  if (!/^(?:_codecs\.encode|(?:__builtin__|builtins)\.(?:bytes|bytearray))$/.test(name)) return null;
  const [content = '', encoding = 'latin1'] = (value as PickleRecord).args;
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return null;
  return encoding === 'latin1' || encoding === 'latin-1' ? bytesOf(content) : null;
}

/** Whole numbers, from 0 to 2^53 - 1 as sizes are; null for anything else. */
export function sizesOf(value: PickleValue | undefined): number[] | null {
  if (!Array.isArray(value)) return null;
  const sizes = value.map((size) => (typeof size === 'bigint' ? Number(size) : -1));
  return sizes.every((size) => Number.isSafeInteger(size) && size >= 0) ? sizes : null;
}
