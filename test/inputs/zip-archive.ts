import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive; everything that a test does not say is right. */
export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly packed?: Uint8Array;
  readonly sizeBytes?: number;
  readonly crc?: number;
  readonly extra?: Uint8Array;
}

interface ZipForm {
  /** Sizes and positions stand in 64-bit fields, as in archives of more than 4 GiB. */
  readonly is64?: boolean;
  readonly comment?: string;
  readonly diskCount?: number;
}

/** The bytes of a ZIP archive. */
export function zipArchive(members: readonly ZipMember[], form: ZipForm = {}): Buffer {
  const { is64 = false, comment = '', diskCount = 1 } = form;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  const add = (part: Uint8Array) => {
    parts.push(Buffer.from(part));
    position += part.length;
  };
  for (const member of members) {
    const { content, method = 8, flags = 0, extra = new Uint8Array(0) } = member;
    const packed = member.packed ?? (method === 0 ? content : deflateRawSync(content));
    const size = member.sizeBytes ?? content.length;
    const crc = member.crc ?? crc32(content);
    const name = Buffer.from(member.name);
    const wide = numbers('q', size, 'q', packed.length, 'q', position);
    const extras = is64
      ? Buffer.concat([numbers('h', 1, 'h', wide.length), wide, extra])
      : Buffer.from(extra);
    const sizes = is64 ? [0xffffffff, 0xffffffff] : [packed.length, size];
    const shared = numbers(
      'h',
      45,
      'h',
      flags,
      'h',
      method,
      'i',
      0,
      'i',
      crc,
      'i',
      sizes[0],
      'i',
      sizes[1],
      'h',
      name.length,
    );
    directory.push(
      Buffer.concat([
        numbers('i', 0x02014b50, 'h', 45),
        shared,
        numbers('h', extras.length, 'h', 3, 'h', 0, 'h', 0, 'i', 0, 'i', is64 ? 0xffffffff : position),
        name,
        extras,
        Buffer.from('why'),
      ]),
    );
    // The local header has other extra fields than the directory, as real ones do.
    add(Buffer.concat([numbers('i', 0x04034b50), shared, numbers('h', 5), name, Buffer.alloc(5)]));
    add(packed);
  }
  const start = position;
  add(Buffer.concat(directory));
  const length = position - start;
  const count = members.length;
  if (is64) {
    const end64 = position;
    add(
      numbers(
        'i',
        0x06064b50,
        'q',
        44,
        'h',
        45,
        'h',
        45,
        'i',
        0,
        'i',
        0,
        'q',
        count,
        'q',
        count,
        'q',
        length,
        'q',
        start,
      ),
    );
    add(numbers('i', 0x07064b50, 'i', 0, 'q', end64, 'i', 1));
  }
  const [shownLength, shownStart] = is64 ? [0xffffffff, 0xffffffff] : [length, start];
  const shown = is64 ? 0xffff : count;
  add(
    numbers(
      'i',
      0x06054b50,
      'h',
      diskCount - 1,
      'h',
      0,
      'h',
      shown,
      'h',
      shown,
      'i',
      shownLength,
      'i',
      shownStart,
    ),
  );
  add(Buffer.concat([numbers('h', comment.length), Buffer.from(comment)]));
  return Buffer.concat(parts);
}

/** Pairs of a width (h, i, q: 2, 4, 8 bytes) and a number, little-endian. */
function numbers(...pairs: readonly (string | number)[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const bytes = Buffer.alloc({ h: 2, i: 4, q: 8 }[String(pairs[at])] ?? 0);
    if (bytes.length === 8) bytes.writeBigUInt64LE(BigInt(pairs[at + 1]));
    else bytes.writeUIntLE(Number(pairs[at + 1]), 0, bytes.length);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
