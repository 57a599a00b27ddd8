import { networkFileError } from '../found-network.js';
import type { PickleBytes } from './pickle-bytes.js';
import { PERSISTENT, PickleGlobal, PickleRecord, type PickleValue } from './pickle-values.js';

/** Of texts, lists, dictionaries, records and remembered values together. */
const MOST_OBJECTS = 2 ** 19;

/** The error of a pickle that is larger than any network of ours. */
export function tooMuch(name: string, what: string, most: number) {
  const advice = 'save its weights as NumPy arrays, with numpy.savez';
  return networkFileError(`${name}: pickle`, `at most ${most} ${what}`, 'more', advice);
}

/** The stack and the memory that a pickle is a program for. */
export class PickleMachine {
  readonly #stack: PickleValue[] = [];
  /** The heights of the stack that are marked. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #objects = 0;
  /** The ids of all that it takes from elsewhere. */
  readonly persistentIds: PickleValue[] = [];

  constructor(readonly source: PickleBytes) {}

  #count(): void {
    if (++this.#objects > MOST_OBJECTS) throw tooMuch(this.source.name, 'objects', MOST_OBJECTS);
  }

  push(value: PickleValue): void {
    if (typeof value === 'string' || (typeof value === 'object' && value !== null)) this.#count();
    this.#stack.push(value);
  }

  pop(): PickleValue {
    return this.popMany(1)[0];
  }

  popMany(count: number): PickleValue[] {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) {
      throw this.source.fault(`${count} values on the stack`, 'fewer');
    }
    return this.#stack.splice(this.#stack.length - count);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** What was pushed since the last mark. */
  popMarked(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.source.fault('a mark on the stack', 'none');
    return this.#stack.splice(mark);
  }

  /** Drops a value, or a mark where there is none since. */
  drop(): void {
    if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
    else this.pop();
  }

  top(): PickleValue {
    if (this.#stack.length === (this.#marks.at(-1) ?? 0))
      throw this.source.fault('a value on the stack', 'none');
    return this.#stack[this.#stack.length - 1];
  }

  remember(key: number | bigint = this.#memo.size): void {
    this.#count();
    this.#memo.set(Number(key), this.top());
  }

  recall(key: number | bigint): void {
    const value = this.#memo.get(Number(key));
    if (value === undefined) throw this.source.fault(`value ${key} in memory`, 'none');
    this.#stack.push(value);
  }

  append(values: readonly PickleValue[]): void {
    const target = this.top();
    const list = target instanceof PickleRecord ? target.list : target;
    if (!Array.isArray(list)) throw this.source.fault('a list to append to', 'another value');
    for (const value of values) list.push(value);
  }

  setItems(values: readonly PickleValue[]): void {
    const target = this.top();
    if (target instanceof PickleRecord) target.items ??= new Map();
    const items = target instanceof PickleRecord ? target.items : target;
    if (!(items instanceof Map)) throw this.source.fault('a dictionary to set keys of', 'another value');
    for (const [key, value] of this.pairs(values)) items.set(key, value);
  }

  pairs(values: readonly PickleValue[]): [PickleValue, PickleValue][] {
    if (values.length % 2 !== 0) throw this.source.fault('a value to each key', 'a key without one');
    return Array.from({ length: values.length / 2 }, (_, at) => [values[2 * at], values[2 * at + 1]]);
  }

  global(module: PickleValue, name: PickleValue): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.source.fault('the name of a class', 'another value');
    }
    if (!module.startsWith('joblib.')) return new PickleGlobal(`${module}.${name}`);
    // It puts raw numbers between the operations.
    const advice = 'save it with pickle.dump, or its weights with numpy.savez';
    throw networkFileError(this.source.name, 'a pickle', 'a file of joblib', advice);
  }

  /** What would be made by a call. */
  call(callee: PickleValue, args: PickleValue): void {
    if (!(callee instanceof PickleGlobal || callee instanceof PickleRecord) || !Array.isArray(args)) {
      throw this.source.fault('a class and a tuple to make an object of', 'other values');
    }
    // A copy: what is appended to them later would let a record be its own argument.
    this.push(new PickleRecord(callee, [...args]));
  }

  /** What is to be taken from elsewhere. */
  takeById(id: PickleValue): void {
    this.persistentIds.push(id);
    this.call(PERSISTENT, [id]);
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (!(target instanceof PickleRecord))
      throw this.source.fault('an object to give a state', 'another value');
    target.state = state;
  }
}
