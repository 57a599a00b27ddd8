// biome-ignore-all lint/suspicious/noControlCharactersInRegex: this is how formats begin.
import { type Content, networkBy, networkIn, OTHER, PACKED, shown, TABLE } from './content.js';

/** The headers that name an entry: in front of it, and in the directory at the end (PKWARE's APPNOTE.TXT, 4.3). */
const HEADERS = [
  { signature: Buffer.from('PK\x03\x04'), lengthAt: 26, nameAt: 30 },
  { signature: Buffer.from('PK\x01\x02'), lengthAt: 28, nameAt: 46 },
] as const;
const MOST_NAMES = 1000;
const MOST_SHOWN = 3;

const FROM_TORCHSCRIPT =
  "save its weights with torch.save(torch.jit.load('model.pt').state_dict(), 'weights.pt')";
const FROM_DEEPLEARNING4J =
  'save each array of model.paramTable() with Nd4j.writeAsNumpy, and all of them with numpy.savez';

/** What an archive is, by the names of its entries. */
const byNames = (): readonly (readonly [name: RegExp, title: string, is: Omit<Content, 'title'>])[] => [
  [/(?:^|\/)constants\.pkl$/, 'a TorchScript network', networkBy(FROM_TORCHSCRIPT)],
  [/(?:^|\/)data\.pkl$/, 'a PyTorch file', networkIn('pytorch')],
  [/^model\.weights\.h5$/, 'a Keras network', networkIn('keras')],
  [/^coefficients\.bin$/, 'a Deeplearning4j network', networkBy(FROM_DEEPLEARNING4J)],
  [/^xl\//, 'an Excel workbook', TABLE],
  [/^word\//, 'a Word document', OTHER],
  [/^ppt\//, 'a presentation', OTHER],
  [/\.iwa$/, 'a Numbers workbook', TABLE],
  [/^\[Content_Types\]\.xml$/, 'an Excel workbook', TABLE],
  [/^META-INF\/manifest\.xml$/i, 'an OpenDocument spreadsheet', TABLE],
  [/^mimetype$/, 'an OpenDocument spreadsheet', TABLE],
];

/** What a ZIP archive is; null where it is none. */
export function archiveContent(bytes: Buffer): Content | null {
  if (!/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(bytes.toString('latin1', 0, 4))) return null;
  const names = entryNames(bytes);
  const known = byNames().find(([pattern]) => names.some((name) => pattern.test(name)));
  if (known !== undefined) return { title: known[1], ...known[2] };
  // Only the first is asked for where arrays are read.
  if (names[0]?.endsWith('.npy'))
    return { title: 'NumPy arrays', kind: 'images', network: 'numpy', advice: {} };
  const files = names.filter((name) => !name.endsWith('/')).map((name) => shown(name, 40));
  const more = files.length > MOST_SHOWN ? ', …' : '';
  const of = files.length > 0 ? ` of ${files.slice(0, MOST_SHOWN).join(', ')}${more}` : '';
  return { title: `a ZIP archive${of}`, ...PACKED };
}

/** The entries that the bytes tell of, in their order. */
function entryNames(bytes: Buffer): string[] {
  const names = new Set<string>();
  for (const { signature, lengthAt, nameAt } of HEADERS) {
    let at = bytes.indexOf(signature);
    for (; at >= 0 && names.size < MOST_NAMES; at = bytes.indexOf(signature, at + 4)) {
      if (at + nameAt > bytes.length) break;
      const end = at + nameAt + bytes.readUInt16LE(at + lengthAt);
      if (end <= bytes.length) names.add(bytes.toString('latin1', at + nameAt, end));
    }
  }
  return [...names];
}
