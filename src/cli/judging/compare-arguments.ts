import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DigitflowError, inputError, missingInput } from '../../errors.js';
import type { Content } from '../../formats/content/content.js';
import { contentOf } from '../../formats/recognize.js';
import { webUrlOf } from '../../inputs/bytes/open-bytes.js';
import { isFolder, isStream, readFirstBytes } from '../../inputs/first-bytes.js';
import { BUNDLED_MODELS } from '../../inputs/models/open-model.js';
import { isOwnNetwork } from '../../network/formats/safetensors/network-file.js';

/** A network that was named on the command line. */
export interface NamedNetwork {
  readonly path: string;
  /** Whether its file says all of itself, so that flags about networks are not for it. */
  readonly isOwn: boolean;
  readonly isOnnx: boolean;
}

/** What the words of `digitflow compare` mean. */
export interface ComparedWords {
  readonly networks: readonly NamedNetwork[];
  readonly images: string | undefined;
  readonly labels: string | undefined;
}

/** Where images and labels were given by flags: then all words are networks. */
export interface ComparedFlags {
  readonly images?: string | undefined;
  readonly labels?: string | undefined;
}

/** What a word is, by itself. */
interface Word {
  readonly word: string;
  readonly network: NamedNetwork | null;
  /** `a PNG picture`: what was found in place of a network; and what to do, where that is known. */
  readonly title: string;
  readonly advice?: string | undefined;
}

/**
 * Tells networks from images and labels: networks come first, each by a name or as a file, which is known by its content;
 * what follows is images, then labels.
 *
 * @param signal ends what waits for a server
 * @throws DigitflowError USAGE, INPUT_MISSING, INPUT_READ, SERVER_ANSWER
 */
export async function comparedWords(
  words: readonly string[],
  { images, labels }: ComparedFlags,
  signal: AbortSignal,
): Promise<ComparedWords> {
  const areNetworks = images !== undefined || labels !== undefined;
  const all: Word[] = [];
  for (const word of words) all.push(await wordOf(word, areNetworks, signal));
  if (areNetworks) {
    const networks = all.flatMap(({ network }) => network ?? []);
    const other = all.find(({ network }) => network === null);
    if (other !== undefined) {
      const flag = images === undefined ? '--labels' : '--images';
      throw usage(
        `${other.word}: expected a network, as ${flag} is given, found ${other.title}; give networks alone`,
      );
    }
    checkEnough(networks, undefined);
    return { networks, images, labels };
  }
  const count = all.findIndex(({ network }) => network === null);
  const [first, rest] = count < 0 ? [all, []] : [all.slice(0, count), all.slice(count)];
  const networks = first.flatMap(({ network }) => network ?? []);
  const late = rest.find(({ network }) => network !== null);
  if (late !== undefined) {
    const found = `after ${rest[0].word}, which is ${rest[0].title}`;
    throw usage(
      `${late.word}: expected networks before images, found this one ${found}; give it before, or use --images`,
    );
  }
  checkEnough(networks, rest[0]);
  if (rest.length > 2) {
    const [{ word: one }, { word: two }, third] = rest;
    const found = `expected networks, then images and their labels (${one}, ${two}), found ${third.title}`;
    throw usage(`${third.word}: ${found}; leave it out, or give what is a network first`);
  }
  return { networks, images: rest[0]?.word, labels: rest[1]?.word };
}

function checkEnough(networks: readonly NamedNetwork[], next: Word | undefined): void {
  if (networks.length >= 2) return;
  const found = networks.length === 0 ? 'none' : `one, ${networks[0].path}`;
  const then = next === undefined ? '' : `, then ${next.word}, which is ${next.title}`;
  const advice = next?.advice ?? `give ${BUNDLED_MODELS.join(', ')}, or files of networks`;
  throw usage(`expected two networks or more, found ${found}${then}; ${advice}`);
}

async function wordOf(word: string, isNetwork: boolean, signal: AbortSignal): Promise<Word> {
  if (BUNDLED_MODELS.includes(word))
    return { word, network: { path: word, isOwn: true, isOnnx: false }, title: 'a network' };
  // What can be read but once is not looked at: it is what it is given as.
  const given = { word, network: isNetwork ? { path: word, isOwn: false, isOnnx: false } : null };
  if (word === '-' || isStream(word)) return { ...given, title: 'a stream' };
  if (isFolder(word)) {
    // Who opens it says what to do with a network in a folder.
    const holdsNetwork = isNetwork || existsSync(join(word, 'saved_model.pb'));
    return {
      word,
      network: holdsNetwork ? { path: word, isOwn: false, isOnnx: false } : null,
      title: 'a folder',
    };
  }
  if (!existsSync(word) && webUrlOf(word) === null) throw missing(word);
  const { bytes, close } = await readFirstBytes(word, word, undefined, signal).catch((error: unknown) => {
    throw inputError(error, word);
  });
  await close();
  const content = contentOf(bytes);
  const isOwn = content.network === 'safetensors' && isOwnNetwork(bytes);
  const holdsNetwork = isNetwork ? content.network !== undefined : isNetworkFile(content, bytes);
  const network = holdsNetwork ? { path: word, isOwn, isOnnx: content.network === 'onnx' } : null;
  const advice =
    content.network === undefined
      ? content.advice.network
      : 'where it is a network, say the images with --images';
  return { word, network, title: content.title, advice };
}

/** How arrays of images, of labels, and those without a name of their own are called. */
const IMAGE_ARRAY = /(?<![a-zA-Z])(?:[xXyY]|images?|labels?|targets?|data|arr_\d+)(?![a-zA-Z])/;

/** Arrays of NumPy may be either: the name of the first one in an archive tells it; a single one is of images. */
function isNetworkFile({ kind, network }: Content, bytes: Uint8Array): boolean {
  if (kind !== 'images') return network !== undefined || kind === 'network';
  if (network === undefined) return false;
  const start = Buffer.from(bytes.subarray(0, 300)).toString('latin1');
  return !IMAGE_ARRAY.test(/([\w./ -]+)\.npy/.exec(start)?.[1] ?? 'x');
}

function missing(word: string): DigitflowError {
  const isName = /^\w+$/.test(word);
  if (!isName) return missingInput(word);
  const message = `${word}: expected a network (${BUNDLED_MODELS.join(', ')}, or a file), or a file of images, found no such file; check the name`;
  return new DigitflowError('INPUT_MISSING', message);
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', message);
}
