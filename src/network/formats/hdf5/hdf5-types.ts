import type { Hdf5Bytes, Hdf5Cursor } from './hdf5-bytes.js';
import { checkVersion } from './hdf5-objects.js';

/** What an element of a dataset or an attribute is. */
export type Hdf5Type =
  | {
      readonly kind: 'float';
      readonly dtype: 'F16' | 'BF16' | 'F32' | 'F64';
      readonly isBigEndian: boolean;
      readonly bytes: number;
    }
  | { readonly kind: 'text' | 'heap text'; readonly bytes: number }
  | { readonly kind: 'other'; readonly title: string; readonly bytes: number };

const [INTEGER, FLOAT, TEXT, VARIABLE] = [0, 1, 3, 9];
const CLASSES = [
  'an integer',
  'a float',
  'a time',
  'text',
  'bits',
  'opaque',
  'a record',
  'a reference',
  'an enumeration',
  'a list',
  'an array',
];

/** Bits before it, precision, place and width of exponent and mantissa, bias of the exponent: of the floats that are read. */
const FLOATS = new Map([
  ['0,16,10,5,0,10,15', 'F16'],
  ['0,16,7,8,0,7,127', 'BF16'],
  ['0,32,23,8,0,23,127', 'F32'],
  ['0,64,52,11,0,52,1023', 'F64'],
] as const);

/** The first bit of a mantissa is 1, and is not stored. */
const IMPLIED_BIT = 0x20;

export function readType(cursor: Hdf5Cursor): Hdf5Type {
  const head = cursor.u8();
  const [kind, bits, signAt] = [head & 15, cursor.u8(), cursor.u16()];
  const bytes = cursor.u32();
  if (kind === FLOAT) {
    const layout = [
      cursor.u16(),
      cursor.u16(),
      cursor.u8(),
      cursor.u8(),
      cursor.u8(),
      cursor.u8(),
      cursor.u32(),
    ];
    const dtype = FLOATS.get(layout.join() as '0,16,10,5,0,10,15');
    const isUsual = (bits & ~1) === IMPLIED_BIT && signAt === bytes * 8 - 1;
    if (dtype !== undefined && bytes * 8 === layout[1] && isUsual) {
      return { kind: 'float', dtype, isBigEndian: (bits & 1) !== 0, bytes };
    }
  }
  if (kind === TEXT) return { kind: 'text', bytes };
  if (kind === VARIABLE && (bits & 15) === 1) return { kind: 'heap text', bytes };
  const title = kind === INTEGER ? `int${bytes * 8}` : `${CLASSES[kind] ?? `type ${kind}`} of ${bytes} bytes`;
  return { kind: 'other', title, bytes };
}

/** The sizes of an array; none for a single element, null for no element at all. */
export function readShape(cursor: Hdf5Cursor): number[] | null {
  const version = cursor.u8();
  if (version !== 1 && version !== 2) throw cursor.file.unread(`version ${version} of a shape`);
  const rank = cursor.u8();
  cursor.skip(1);
  if (version === 1) cursor.skip(5);
  else if (cursor.u8() === NO_ELEMENT) return null;
  return Array.from({ length: rank }, () => cursor.size());
}

const NO_ELEMENT = 2;
/** A list of as many texts is no list of layers. */
const MOST_TEXTS = 2 ** 16;

/** The texts of the attribute of that name, one after the other; null for another attribute, and for one that is no text. */
export function attributeTexts(cursor: Hdf5Cursor, name: string): string[] | null {
  const { file } = cursor;
  const version = cursor.u8();
  if (version < 1 || version > 3) throw file.unread(`version ${version} of an attribute`);
  const flags = cursor.u8();
  const padded = (bytes: number) => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const [nameBytes, typeBytes, shapeBytes] = [cursor.u16(), cursor.u16(), cursor.u16()];
  if (version === 3) cursor.skip(1);
  if (cursor.part(padded(nameBytes)).text(nameBytes) !== name) return null;
  if (version > 1 && flags !== 0) throw file.unread(`an attribute ${name} whose type is shared`);
  const type = readType(cursor.part(padded(typeBytes)));
  const shape = readShape(cursor.part(padded(shapeBytes)));
  if (type.kind !== 'text' && type.kind !== 'heap text') return null;
  const count = shape?.reduce((product, size) => product * size, 1) ?? 0;
  if (count > MOST_TEXTS) throw file.damaged(`at most ${MOST_TEXTS} texts in ${name}`, `${count}`);
  return Array.from({ length: count }, () =>
    type.kind === 'text' ? cursor.text(type.bytes) : heapText(cursor.part(type.bytes)),
  );
}

/** A text of any length, which lies in a heap of the whole file. */
function heapText(cursor: Hdf5Cursor): string {
  const { file } = cursor;
  const length = cursor.u32();
  const [heap, index] = [cursor.size(), cursor.u32()];
  if (length === 0) return '';
  const entry = heapEntry(file, heap, index);
  if (length > entry.end - entry.position) {
    throw file.damaged(`a text of ${length} bytes`, `${entry.end - entry.position}`);
  }
  file.spend(length);
  return entry.text(length);
}

function heapEntry(file: Hdf5Bytes, address: number, wanted: number): Hdf5Cursor {
  const start = file.at(address);
  start.expect('GCOL');
  checkVersion(start, 1);
  start.skip(3);
  const heap = file.at(start.position + 8, address + start.size());
  while (heap.end - heap.position >= 16) {
    file.step();
    const index = heap.u16();
    heap.skip(6);
    const byteCount = heap.size();
    // What is free ends it.
    if (index === 0) break;
    const entry = heap.part(byteCount);
    if (index === wanted) return entry;
    heap.skip(Math.min(-byteCount & 7, heap.end - heap.position));
  }
  throw file.damaged(`a text ${wanted} in the heap at byte ${address}`, 'none');
}
