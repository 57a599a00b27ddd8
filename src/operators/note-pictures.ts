import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { PictureTally } from '../counting/pictures-seen.js';
import type { Batch } from '../engine/batch.js';
import { isUnsure } from '../network/feed-forward.js';

/** Counts what was done to the pictures of each batch, and notes what is doubtful about them, an unsure verdict too. */
export function notePictures(seen: PictureTally): MonoTypeOperatorFunction<Batch> {
  return tap((batch) => {
    const { pictures, outputs, classCount } = batch;
    if (pictures.length === 0) return;
    pictures.forEach(({ title, done, doubts }, at) => {
      const own = Float64Array.from(outputs.subarray(at * classCount, (at + 1) * classCount));
      // A reader that only holds pictures has none.
      const isDoubted = own.length > 0 && isUnsure(own);
      seen.add(title, done, isDoubted ? [...doubts, 'an unsure verdict'] : doubts);
    });
  });
}
