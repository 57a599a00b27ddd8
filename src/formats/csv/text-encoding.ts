/** How letters may be stored in rows of text. All of them store ASCII as it is. */
export const TEXT_ENCODINGS = [
  'utf8',
  'latin1',
  ...(['windows-1250', 'windows-1251', 'windows-1252', 'iso-8859-2', 'iso-8859-15'] as const),
  ...(['shift_jis', 'euc-jp', 'euc-kr', 'gb18030', 'big5'] as const),
] as const;

/** How the letters of a text may be stored. */
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

const OTHER_NAMES: Readonly<Record<string, TextEncoding>> = {
  ...{ 'utf-8': 'utf8', 'iso-8859-1': 'latin1', cp1252: 'windows-1252', sjis: 'shift_jis', gbk: 'gb18030' },
};

/** The encoding that a name means, in small or capital letters; undefined for a name of none. */
export function textEncoding(name: string): TextEncoding | undefined {
  const plain = name.toLowerCase();
  return TEXT_ENCODINGS.find((encoding) => encoding === plain) ?? OTHER_NAMES[plain];
}

/** What windows-1252 has in place of the control characters of Latin-1, from 0x80 on. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const decoders = new Map<TextEncoding, InstanceType<typeof TextDecoder>>();

/** Bytes as text; null where they are none in this encoding. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding = 'utf8'): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (encoding === 'utf8') {
    const text = buffer.toString();
    // The replacement character may stand there itself: only then a decoder that is strict, and slow, is asked.
    if (!text.includes('\ufffd')) return text;
  }
  // Not TextDecoder: it takes latin1 for windows-1252, and in some versions of Node the other way round.
  if (encoding === 'latin1' || encoding === 'windows-1252') {
    const text = buffer.toString('latin1');
    if (encoding === 'latin1') return text;
    return text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]);
  }
  const decoder = decoders.get(encoding) ?? new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  decoders.set(encoding, decoder);
  try {
    // A copy: it takes no shared memory.
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

/** A name from a field, which is a string of bytes: those beyond ASCII show as `\xfc` where it is no text. */
export function nameOfField(field: string, encoding?: TextEncoding): string {
  return decodeText(Buffer.from(field, 'latin1'), encoding) ?? escapeBytes(field);
}

const MOST_SHOWN = 40;

/** A field as a message shows it: quoted, short and on one line. */
export function quotedField(field: string, encoding?: TextEncoding): string {
  const known = decodeText(Buffer.from(field, 'latin1'), encoding);
  const text = known ?? field;
  const quoted = JSON.stringify(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
  return known === null ? escapeBytes(quoted) : quoted;
}

function escapeBytes(text: string): string {
  return text.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
