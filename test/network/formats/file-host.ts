import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { FileHost } from '../../../src/network/formats/found-network.js';

const INFLATE = { raw: inflateRawSync, zlib: inflateSync, gzip: gunzipSync };

/** What readers need of the machine, with no files beside. */
export const FILE_HOST: FileHost = {
  inflate: (packed, mostBytes, wrapping) =>
    INFLATE[wrapping](packed, { maxOutputLength: Math.max(1, mostBytes) }),
  beside: (path) => {
    throw new Error(`${path} was asked for`);
  },
};
