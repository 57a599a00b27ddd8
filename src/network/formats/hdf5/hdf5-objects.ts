import { type Hdf5Bytes, type Hdf5Cursor, NOWHERE } from './hdf5-bytes.js';

/** The messages of an object's header that say what it is (HDF5 File Format Specification 3.0, IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** What a group or a dataset says of itself. */
export interface Hdf5Message {
  readonly type: number;
  /** Whether it only names a place where other objects have it, too. */
  readonly isShared: boolean;
  /** At its first byte: to be copied before it is read. */
  readonly data: Hdf5Cursor;
}

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** Offsets and lengths of 8 bytes: h5py writes no others. */
const SIZES = '8,8';

/** The address of the root group's header. */
export function rootAddress(file: Hdf5Bytes): number {
  const cursor = file.at(0);
  cursor.expect(SIGNATURE);
  const version = cursor.u8();
  if (version > 3) throw file.unread(`version ${version} of its superblock`);
  const isOld = version < 2;
  if (isOld) cursor.skip(4);
  const sizes = `${cursor.u8()},${cursor.u8()}`;
  if (sizes !== SIZES) throw file.unread(`offsets and lengths of ${sizes} bytes`);
  // Free space, the order of B-trees, flags.
  cursor.skip(isOld ? 9 + (version === 1 ? 4 : 0) : 1);
  const base = cursor.size();
  if (base !== 0) throw file.unread(`a base address of ${base}`);
  cursor.skip(8);
  const end = cursor.size();
  if (end > file.bytes.length) {
    throw file.damaged(`${end} bytes, as it says of itself`, `${file.bytes.length}`);
  }
  // A driver's block, or the name of the root in a symbol table.
  if (isOld) cursor.skip(16);
  return cursor.size();
}

/** The messages of an object's header, those of its continuations included. */
export function readHeader(file: Hdf5Bytes, address: number): Hdf5Message[] {
  const start = file.at(address);
  const isNew = start.copy().u8() === 0x4f;
  let [first, trackedBytes] = [start, 0];
  if (isNew) {
    start.expect('OHDR');
    checkVersion(start, 2);
    const flags = start.u8();
    start.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
    const width = 1 << (flags & 3);
    first = start.part(
      width === 1 ? start.u8() : width === 2 ? start.u16() : width === 4 ? start.u32() : start.size(),
    );
    trackedBytes = flags & 4 ? 2 : 0;
  } else {
    checkVersion(start, 1);
    start.skip(7);
    const byteCount = start.u32();
    start.skip(4);
    first = start.part(byteCount);
  }
  const messages: Hdf5Message[] = [];
  const blocks = [first];
  for (const block of blocks) {
    while (block.end - block.position >= (isNew ? 4 + trackedBytes : 8)) {
      file.step();
      const type = isNew ? block.u8() : block.u16();
      const byteCount = block.u16();
      const flags = block.u8();
      block.skip(isNew ? trackedBytes : 3);
      const data = block.part(byteCount);
      if (type !== MESSAGE.continuation) {
        messages.push({ type, isShared: (flags & 2) !== 0, data });
        continue;
      }
      const [at, length] = [data.address(), data.size()];
      const next = file.at(at, at + length);
      if (isNew) next.expect('OCHK');
      // A checksum ends it.
      blocks.push(isNew ? file.at(next.position, next.end - 4) : next);
    }
  }
  return messages;
}

export function checkVersion(cursor: Hdf5Cursor, expected: number): void {
  const from = cursor.position;
  const version = cursor.u8();
  if (version !== expected) throw cursor.file.unread(`version ${version} at byte ${from}`);
}

/** The data of a message, to be read from its start; undefined where there is none. */
export function messageOf(
  file: Hdf5Bytes,
  messages: readonly Hdf5Message[],
  type: number,
): Hdf5Cursor | undefined {
  const message = messages.find((one) => one.type === type);
  if (message?.isShared) throw file.unread('a type or shape that objects share');
  return message?.data.copy();
}

/** The names and addresses of what is in a group; null for what is no group. Links to names and other files are passed over. */
export function linksOf(
  file: Hdf5Bytes,
  messages: readonly Hdf5Message[],
): (readonly [name: string, address: number])[] | null {
  const table = messageOf(file, messages, MESSAGE.symbolTable);
  if (table !== undefined) return tableLinks(file, table.address(), table.address());
  const info = messageOf(file, messages, MESSAGE.linkInfo);
  const links = messages.filter(({ type }) => type === MESSAGE.link);
  if (info === undefined && links.length === 0) return null;
  if (info !== undefined) {
    checkVersion(info, 0);
    const flags = info.u8();
    info.skip(flags & 1 ? 8 : 0);
    if (info.address() !== NOWHERE) throw file.unread('a group of many links (a fractal heap)');
  }
  return links.flatMap(({ data }) => linkOf(data.copy()));
}

const HARD_LINK = 0;

function linkOf(cursor: Hdf5Cursor): (readonly [string, number])[] {
  checkVersion(cursor, 1);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : HARD_LINK;
  cursor.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const width = 1 << (flags & 3);
  if (width > 2) throw cursor.file.damaged('a short name', `${width} bytes for its length`);
  const name = cursor.text(width === 1 ? cursor.u8() : cursor.u16());
  return type === HARD_LINK ? [[name, cursor.size()]] : [];
}

/** Of a group as a B-tree of its names, which lie in a heap. */
function tableLinks(file: Hdf5Bytes, tree: number, heap: number): (readonly [string, number])[] {
  const header = file.at(heap);
  header.expect('HEAP');
  header.skip(4);
  const heapBytes = header.size();
  header.skip(8);
  const names = header.size();
  const links: (readonly [string, number])[] = [];
  eachLeaf(file, tree, { type: 0, keyBytes: 8 }, (_, address) => {
    const leaf = file.at(address);
    leaf.expect('SNOD');
    leaf.skip(2);
    for (let left = leaf.u16(); left > 0; left--) {
      file.step();
      // What only names another object has no address.
      const [nameAt, objectAt, kind] = [leaf.size(), leaf.address(), leaf.u32()];
      leaf.skip(20);
      if (kind !== SOFT_LINK) links.push([file.at(names + nameAt, names + heapBytes).text(), objectAt]);
    }
  });
  return links;
}

const SOFT_LINK = 2;

/** Goes to what the leaves of a B-tree name, with the key before it. */
export function eachLeaf(
  file: Hdf5Bytes,
  root: number,
  { type, keyBytes }: { readonly type: number; readonly keyBytes: number },
  visit: (key: Hdf5Cursor, address: number) => void,
): void {
  const descend = (address: number, mostLevel: number) => {
    file.step();
    const node = file.at(address);
    node.expect('TREE');
    const [nodeType, level, count] = [node.u8(), node.u8(), node.u16()];
    // Levels fall, so that no tree is its own child.
    if (nodeType !== type || level > mostLevel) {
      throw file.damaged(`a B-tree of type ${type} at byte ${address}`, `type ${nodeType}, level ${level}`);
    }
    node.skip(16);
    for (let i = 0; i < count; i++) {
      file.step();
      const key = node.part(keyBytes);
      const child = node.size();
      if (level === 0) visit(key, child);
      else descend(child, level - 1);
    }
  };
  descend(root, MOST_LEVELS);
}

const MOST_LEVELS = 16;
