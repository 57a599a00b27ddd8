import { describe, expect, test } from 'vitest';
import {
  bytesOf,
  dictOf,
  nameOf,
  PickleRecord,
  type PickleValue,
} from '../../../src/network/formats/pickle/pickle-values.js';
import { readPickle } from '../../../src/network/formats/pickle/read-pickle.js';
import { caught } from '../bytes.js';

/** A pickle as text, one byte a character. */
const bytesFrom = (text: string) => Buffer.from(text, 'latin1');
const read = (text: string): PickleValue => readPickle(bytesFrom(text), 'a.pkl').value;

/** A pickle that makes an object, read as a record. */
function record(text: string): PickleRecord {
  const value = read(text);
  if (value instanceof PickleRecord) return value;
  throw new Error('no record');
}

function refusal(text: string): string {
  const { code, message } = caught(() => read(text));
  expect(code).toBe('NETWORK_FILE');
  expect(message).toMatch(/^a\.pkl: [^\n]*expected [^\n]+, found [^\n]+; [^\n]+$/);
  return message;
}

describe('values', () => {
  test.each<[string, string, PickleValue]>([
    ['None and booleans of protocol 0', '(lp0\nNaI01\naI00\naI1\na.', [null, true, false, 1n]],
    [
      'ints of all lengths',
      '(J\xfe\xff\xff\xffK\x07M\x01\x02L-12L\n\x8a\x02\x00\x80\x8a\x00t.',
      [-2n, 7n, 513n, -12n, -32768n, 0n],
    ],
    ['floats', '(F-1.5e-3\nFinf\nFnan\nG\x3f\xf8\0\0\0\0\0\0t.', [-0.0015, Infinity, Number.NaN, 1.5]],
    [
      'strings of Python 2',
      "(S'a\\x41\\n\\'\\\\'\nS\"q\"\nU\x02\xe9\xffT\x01\0\0\0zt.",
      ["aA\n'\\", 'q', 'é\xff', 'z'],
    ],
    ['texts', '(Vx\\u00e9\\U0001f600\nX\x02\0\0\0\xc3\xa9\x8c\x01at.', ['x\u00e9\u{1f600}', 'é', 'a']],
    ['bytes', '(C\x01\x00B\x01\0\0\0\xff\x8e\x01\0\0\0\0\0\0\0at.', ['\0', '\xff', 'a'].map(bytesFrom)],
    [
      'a list, tuples, a set',
      '](K\x01)K\x02\x85K\x03K\x04\x86(K\x05l\x8f(K\x06\x90e.',
      [1n, [], [2n], [3n, 4n], [5n], [6n]],
    ],
    [
      'a dictionary',
      '}(U\x01aK\x01U\x01bK\x02uU\x01cK\x03s.',
      new Map([
        ['a', 1n],
        ['b', 2n],
        ['c', 3n],
      ]),
    ],
    ['what the memory holds', '(K\x07q\x05K\x01\x94h\x05j\x05\0\0\0g1\nt.', [7n, 1n, 7n, 7n, 1n]],
    ['what is dropped and doubled', '(K\x01K\x022K\x030(K\x041(0t.', [1n, 2n, 2n]],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('other bytes may follow, and the next pickle begins there', () => {
    const bytes = bytesFrom('K\x01.K\x02Q.rest');
    const { value, end } = readPickle(bytes, 'a.pkl');
    expect([value, end]).toEqual([1n, 3]);
    expect(readPickle(bytes, 'a.pkl', end)).toMatchObject({ end: 7, persistentIds: [2n] });
  });

  test('dictionaries in order, bytes as older protocols have them', () => {
    const ordered = record('ccollections\nOrderedDict\n)R(U\x01bK\x01U\x01aK\x02u.');
    expect([...(dictOf(ordered) ?? [])]).toEqual([
      ['b', 1n],
      ['a', 2n],
    ]);
    expect([
      ...(dictOf(record("ccollections\nOrderedDict\n(lp0\n(lp1\nS'x'\naK\x01aa\x85R.")) ?? []),
    ]).toEqual([['x', 1n]]);
    expect(bytesOf(record('c_codecs\nencode\n(V\\u00ff\\u000a\nVlatin1\ntR.'))).toEqual(bytesFrom('\xff\n'));
    expect(bytesOf(record('c__builtin__\nbytes\n)R.'))).toEqual(bytesFrom(''));
    expect(bytesOf(record('c_codecs\nencode\n(Va\nVutf_16\ntR.'))).toBeNull();
    expect(bytesOf('\u0100')).toBeNull();
  });
});

describe('nothing is called', () => {
  test.each([
    ['REDUCE', "cposix\nsystem\n(S'touch x'\ntR.", 'posix.system'],
    ['STACK_GLOBAL', '\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x07touch x\x85R.', 'posix.system'],
    ['INST', "(S'touch x'\niposix\nsystem\n.", 'posix.system'],
    ['OBJ', "(cposix\nsystem\nS'touch x'\no.", 'posix.system'],
    ['NEWOBJ', "cposix\nsystem\n(S'touch x'\nt\x81.", 'posix.system'],
    ['NEWOBJ_EX', "cposix\nsystem\n(S'touch x'\nt}\x92.", 'posix.system'],
    [
      'the maker of protocol 0',
      'ccopy_reg\n_reconstructor\n(c__main__\nNet\nc__builtin__\nobject\nNtR.',
      '__main__.Net',
    ],
    ['an extension', '\x82\x07)R.', 'extension 7'],
    ['a persistent id', "S'0'\nQ.", 'a persistent id'],
    ['a class with its source', "(S'module'\nctorch.nn\nLinear\nNNtQ)R.", 'torch.nn.Linear'],
  ])('by %s', (_, text, name) => {
    expect(nameOf(record(text))).toBe(name);
  });

  test('arguments, attributes and items are kept', () => {
    const made = record("ca\nb\n(K\x01tR(dS'w'\nK\x02sbK\x03a(K\x04K\x05u.");
    expect(made.args).toEqual([1n]);
    expect(made.state).toEqual(new Map([['w', 2n]]));
    expect(made.list).toEqual([3n]);
    expect(made.items).toEqual(new Map([[4n, 5n]]));
  });
});

describe('refuses', () => {
  test.each([
    ['no bytes', '', 'byte 0 of the pickle: expected 1 bytes, found 0: it is cut off;'],
    ['no end', 'K\x01', 'byte 2 of the pickle: expected 1 bytes, found 0'],
    ['a text that is cut off', 'X\xff\xff\xff\xffabc.', 'expected 4294967295 bytes, found 4'],
    [
      'a length of 2^64',
      '\x8e\xff\xff\xff\xff\xff\xff\xff\xff.',
      'expected 18446744073709552000 bytes, found 1',
    ],
    ['a frame beyond the end', '\x80\x04\x95\xff\0\0\0\0\0\0\0N.', 'expected 255 bytes, found 2'],
    ['another protocol', '\x80\x06N.', 'expected protocol 0 to 5, found 6;'],
    ['an unknown operation', 'K\x01Z.', 'byte 2 of the pickle: expected an operation, found 0x5a;'],
    ['an empty stack', '.', 'expected 1 values on the stack, found fewer;'],
    ['a mark that is missing', 'K\x01t.', 'expected a mark on the stack, found none;'],
    ['values of others', 'K\x01(\x86.', 'expected 2 values on the stack, found fewer;'],
    ['memory that is empty', 'h\x07.', 'expected value 7 in memory, found none;'],
    ['a call of no class', 'K\x01)R.', 'expected a class and a tuple to make an object of'],
    ['a state of a list', ']K\x01b.', 'expected an object to give a state, found another value;'],
    ['a list that is none', 'K\x01K\x02a.', 'expected a list to append to, found another value;'],
    ['a key without a value', '}(K\x01u.', 'expected a value to each key, found a key without one;'],
    ['a number that is none', 'I1x\n.', 'expected a whole number, found "1x";'],
    ['a float that is none', 'F1x\n.', 'expected a number, found "1x";'],
    ['a number of a million digits', `I${'1'.repeat(1_000_000)}\n.`, 'expected a whole number, found "1111'],
    [
      'a long of a million bytes',
      `\x8b\x40\x42\x0f\0${'1'.repeat(1_000_000)}.`,
      'expected a number of 32 bytes',
    ],
    ['buffers outside of it', '\x97.', 'expected all data in the pickle, found a buffer outside of it;'],
    [
      'a file of joblib',
      'cjoblib.numpy_pickle\nNumpyArrayWrapper\n.',
      'found a file of joblib; save it with pickle.dump',
    ],
  ])('%s', (_, text, words) => {
    expect(refusal(text)).toContain(words);
  });

  test('millions of objects, remembered values and operations', () => {
    expect(refusal(']'.repeat(600_000))).toContain('pickle: expected at most 524288 objects, found more;');
    expect(refusal(`N${'\x94'.repeat(600_000)}`)).toContain('expected at most 524288 objects');
    expect(refusal('N'.repeat(2_100_000))).toContain('expected at most 2097152 operations');
    expect(refusal('('.repeat(2_100_000))).toContain('expected at most 2097152 operations');
  });
});

test('lists a hundred thousand deep, and a list that holds itself, are read', () => {
  const deep = 100_000;
  expect(Array.isArray(read(`${']'.repeat(deep)}${'a'.repeat(deep - 1)}.`))).toBe(true);
  const self = read(']\x94h\x00a.') as PickleValue[];
  expect(self[0]).toBe(self);
});

test('a record that is made by itself has no name', () => {
  const maker = record('ccopy_reg\n_reconstructor\n]q\x01Rq\x02h\x01h\x02a0.');
  expect(maker.args).toEqual([]);
  expect(nameOf(maker)).toBe('');
  const source = record("]q\x01Qq\x02h\x01S'module'\nah\x02a0.");
  expect(nameOf(source)).toBe('');
});
