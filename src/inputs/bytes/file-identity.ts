import { stat } from 'node:fs';
import { promisify } from 'node:util';
import { inputError } from '../../errors.js';
import { type ByteInput, nameOf, openWeb, placeOf, webUrlOf } from './open-bytes.js';

/** What tells whether a file is still the same. */
export interface FileIdentity {
  /** Its length as it lies there, packed or not; null where it is no regular file, or a server does not say it. */
  readonly bytes: number | null;
  /** When it was changed, in milliseconds of 1970; null where that is not known. */
  readonly modifiedMs: number | null;
  /** What a server calls this version of it; left out of files, and where a server does not say it. */
  readonly etag?: string;
}

/**
 * The identity of a regular file, or of a file that a server has, which is asked for it; nulls for all other inputs.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER
 */
export async function fileIdentity(input: ByteInput): Promise<FileIdentity> {
  const url = webUrlOf(input);
  if (url !== null) return webIdentity(url);
  const path = placeOf(input);
  if (path === null) return { bytes: null, modifiedMs: null };
  const stats = await promisify(stat)(path).catch((error: unknown) => {
    throw inputError(error, nameOf(input));
  });
  return stats.isFile()
    ? { bytes: stats.size, modifiedMs: stats.mtimeMs }
    : { bytes: null, modifiedMs: null };
}

/** A presigned URL is often signed for GET alone: so the body is asked for, and left. */
async function webIdentity(url: URL): Promise<FileIdentity> {
  const web = await openWeb(url, nameOf(url));
  await (await web.open()).close();
  const { bytes = null, etag, modified = '' } = web.version ?? {};
  const modifiedMs = Date.parse(modified);
  return {
    bytes,
    modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs,
    ...(etag === undefined ? {} : { etag }),
  };
}
