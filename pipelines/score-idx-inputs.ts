import { DigitflowError } from '../src/errors.js';
import { piecesOf } from '../src/inputs/bytes/byte-source.js';
import type { ByteInput } from '../src/inputs/bytes/open-bytes.js';
import { checkFitsNetwork } from '../src/inputs/check-fits-network.js';
import { type FirstBytes, isStream, nameOf } from '../src/inputs/first-bytes.js';
import { type IdxSource, openIdx } from '../src/inputs/idx-source.js';
import type { Network } from '../src/network/network.js';
import { unlessAborted } from './evaluation-input.js';
import { looksLikeCsv } from './score-input.js';

/**
 * Looks at the headers of all files: what is wrong with one of them is known before anything is scored. Streams are
 * opened when their turn comes.
 *
 * @returns how many bytes their images take; null where one of them is a stream, or packed
 * @throws DigitflowError what `openIdx` and `checkFitsNetwork` throw; USAGE for CSV
 */
export async function imageBytesAhead(
  inputs: readonly ByteInput[],
  network: Network,
): Promise<number | null> {
  let bytes: number | null = 0;
  for (const input of inputs) {
    const added: number | null = (await isStream(input)) ? null : await imageBytesOf(input, network);
    bytes = bytes === null || added === null ? null : bytes + added;
  }
  return bytes;
}

async function imageBytesOf(input: ByteInput, network: Network): Promise<number | null> {
  const name = nameOf(input);
  const source = await openIdx({ images: input, imagesName: name, digest: 'never' }).catch(async (error) => {
    const isOther = error instanceof DigitflowError && error.code === 'IDX_MAGIC';
    throw isOther && typeof input === 'string' && (await looksLikeCsv(input)) ? foundCsv(name) : error;
  });
  try {
    const { format } = source;
    checkFitsNetwork(format, network);
    return source.canBeReadByWorkers ? format.count * format.height * format.width : null;
  } finally {
    await source.close();
  }
}

/** Opens IDX whose turn has come. */
export async function openIdxInput(
  images: ByteInput,
  imagesName: string,
  signal: AbortSignal | undefined,
): Promise<IdxSource> {
  const opening = openIdx({ images, imagesName, digest: 'never' });
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    // Not awaited: a stream may take for ever to give its header.
    opening.then((source) => source.close()).catch(() => {});
    throw error;
  }
}

/** A regular file is opened again, which lets workers read it; of a stream, what was looked at comes first. */
export function contentOf(looked: FirstBytes): ByteInput {
  return looked.path ?? piecesOf(() => looked.content());
}

function foundCsv(name: string): DigitflowError {
  const message = `${name}: expected IDX, as the inputs before it, found CSV; give it to a run of its own`;
  return new DigitflowError('USAGE', message);
}
