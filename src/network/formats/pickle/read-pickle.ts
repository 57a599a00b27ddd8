import { PickleBytes } from './pickle-bytes.js';
import { PickleMachine, tooMuch } from './pickle-machine.js';
import { PickleGlobal, type PickleValue } from './pickle-values.js';

/** Two million numbers in lists take 100 MB; whoever has more saves arrays. */
const MOST_OPERATIONS = 2 ** 21;

/** A pickle that was read. */
export interface ReadPickle {
  readonly value: PickleValue;
  /** Where it ends. */
  readonly end: number;
  /** The ids of all that it takes from elsewhere. */
  readonly persistentIds: readonly PickleValue[];
}

/**
 * Reads a pickle of protocol 0 to 5. Nothing in it is executed and no class is looked up: what Python would call becomes a
 * `PickleRecord`. Values may be shared and may hold themselves, so who goes over them needs a limit of depth.
 *
 * @param from where it begins; other bytes may follow it.
 * @throws DigitflowError NETWORK_FILE for what is no pickle, is cut off, or holds millions of objects
 */
export function readPickle(bytes: Uint8Array, name: string, from = 0): ReadPickle {
  const machine = new PickleMachine(new PickleBytes(bytes, name, from));
  const { source } = machine;
  for (let count = 0; count < MOST_OPERATIONS; count++) {
    const code = source.size(1);
    if (code === STOP) {
      return { value: machine.pop(), end: source.at, persistentIds: machine.persistentIds };
    }
    const operation = OPERATIONS[code];
    if (operation === undefined) {
      source.at--;
      throw source.fault('an operation', `0x${code.toString(16).padStart(2, '0')}`);
    }
    operation(machine, source);
  }
  throw tooMuch(name, 'operations', MOST_OPERATIONS);
}

type Operation = (machine: PickleMachine, source: PickleBytes) => void;

/** Ends a pickle: `.`. */
const STOP = 0x2e;

const noBuffers: Operation = (_, source) => {
  throw source.fault('all data in the pickle', 'a buffer outside of it');
};

/** By the character of each operation; what they do is said in Python's pickletools.py. */
const NAMED: Readonly<Record<string, Operation>> = {
  // Numbers and constants.
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  // Two of them stand for False and True.
  I: (m, s) => m.push(s.isBoolean() ? s.integer() === 1n : s.integer()),
  J: (m, s) => m.push(BigInt(s.take(4).readInt32LE())),
  K: (m, s) => m.push(BigInt(s.size(1))),
  M: (m, s) => m.push(BigInt(s.size(2))),
  L: (m, s) => m.push(s.integer()),
  '\x8a': (m, s) => m.push(s.long(1)),
  '\x8b': (m, s) => m.push(s.long(4)),
  F: (m, s) => m.push(s.float()),
  G: (m, s) => m.push(s.take(8).readDoubleBE()),
  // Texts and bytes.
  S: (m, s) => m.push(s.quoted()),
  T: (m, s) => m.push(s.sized(4).toString('latin1')),
  U: (m, s) => m.push(s.sized(1).toString('latin1')),
  V: (m, s) => m.push(s.escaped()),
  X: (m, s) => m.push(s.text(4)),
  '\x8c': (m, s) => m.push(s.text(1)),
  '\x8d': (m, s) => m.push(s.text(8)),
  B: (m, s) => m.push(s.sized(4)),
  C: (m, s) => m.push(s.sized(1)),
  '\x8e': (m, s) => m.push(s.sized(8)),
  '\x96': (m, s) => m.push(s.sized(8)),
  '\x97': noBuffers,
  '\x98': noBuffers,
  // Lists, tuples, sets, dictionaries.
  ']': (m) => m.push([]),
  ')': (m) => m.push([]),
  '\x8f': (m) => m.push([]),
  '}': (m) => m.push(new Map()),
  l: (m) => m.push(m.popMarked()),
  t: (m) => m.push(m.popMarked()),
  '\x91': (m) => m.push(m.popMarked()),
  d: (m) => m.push(new Map(m.pairs(m.popMarked()))),
  '\x85': (m) => m.push(m.popMany(1)),
  '\x86': (m) => m.push(m.popMany(2)),
  '\x87': (m) => m.push(m.popMany(3)),
  a: (m) => m.append(m.popMany(1)),
  e: (m) => m.append(m.popMarked()),
  '\x90': (m) => m.append(m.popMarked()),
  s: (m) => m.setItems(m.popMany(2)),
  u: (m) => m.setItems(m.popMarked()),
  // The stack and the memory.
  '(': (m) => m.mark(),
  '0': (m) => m.drop(),
  '1': (m) => m.popMarked(),
  '2': (m) => m.push(m.top()),
  p: (m, s) => m.remember(s.integer()),
  q: (m, s) => m.remember(s.size(1)),
  r: (m, s) => m.remember(s.size(4)),
  '\x94': (m) => m.remember(),
  g: (m, s) => m.recall(s.integer()),
  h: (m, s) => m.recall(s.size(1)),
  j: (m, s) => m.recall(s.size(4)),
  // What Python would look up and call.
  c: (m, s) => m.push(m.global(s.line(), s.line())),
  '\x93': (m) => {
    const [module, name] = m.popMany(2);
    m.push(m.global(module, name));
  },
  i: (m, s) => m.call(m.global(s.line(), s.line()), m.popMarked()),
  o: (m) => {
    const [callee = null, ...args] = m.popMarked();
    m.call(callee, args);
  },
  R: (m) => {
    const [callee, args] = m.popMany(2);
    m.call(callee, args);
  },
  '\x81': (m) => {
    const [callee, args] = m.popMany(2);
    m.call(callee, args);
  },
  '\x92': (m) => {
    const [callee, args] = m.popMany(3);
    m.call(callee, args);
  },
  b: (m) => m.build(),
  P: (m, s) => m.takeById(s.line()),
  Q: (m) => m.takeById(m.pop()),
  '\x82': (m, s) => m.push(new PickleGlobal(`extension ${s.size(1)}`)),
  '\x83': (m, s) => m.push(new PickleGlobal(`extension ${s.size(2)}`)),
  '\x84': (m, s) => m.push(new PickleGlobal(`extension ${s.size(4)}`)),
  // What a reader need know of the pickle itself: that it is of a protocol that is known, and whole.
  '\x80': (_, source) => {
    const protocol = source.size(1);
    if (protocol > 5) throw source.fault('protocol 0 to 5', `${protocol}`);
  },
  '\x95': (_, source) => {
    const length = source.size(8);
    source.take(length);
    source.at -= length;
  },
};

const OPERATIONS: readonly (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => NAMED[String.fromCharCode(code)],
);
