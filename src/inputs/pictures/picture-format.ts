import { isPicture } from '../../formats/pictures/is-picture.js';
import type { FirstBytes } from '../first-bytes.js';
import type { Format } from '../input.js';
import type { PictureSet } from './picture-set.js';

/** Pictures: each is a file, and a record. What decodes them is loaded only where there are any. */
export const PICTURE_FORMAT: Format = {
  name: 'pictures',
  isText: false,
  recognizes: isPicture,
  open: async (first, options) => (await import('./picture-input.js')).openPictures(first, options),
};

/** A set of pictures in place of the first bytes of a file. */
export function firstOfSet(pictures: PictureSet): FirstBytes {
  const { name } = pictures;
  const nothing = { bytes: new Uint8Array(0), isWhole: true, readMore: null, path: null, sizeBytes: null };
  const content = async () => Promise.reject(new TypeError(`${name}: expected one file, found a set`));
  return { name, pictures, ...nothing, content, close: async () => {} };
}
