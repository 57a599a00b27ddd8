import { join } from 'node:path';
import { DATA_FOLDER } from '../../assets.js';
import { DigitflowError } from '../../errors.js';
import { unexpected } from '../../formats/content/content.js';
import { contentOf } from '../../formats/recognize.js';
import { type Film, readFilm } from '../../network/formats/film.js';
import { readWhole, type WholeFile } from '../bytes/read-whole.js';

/** A film, and its file's bytes. */
export interface OpenedFilm {
  readonly film: Film;
  readonly bytes: Uint8Array;
  /** The file's path. */
  readonly name: string;
}

/** The film that comes with digitflow: of the bundled network `sigmoid`. */
const BUNDLED_FILM = join(DATA_FOLDER, 'sigmoid.film.json');
const TITLE = 'a film of train';

const FILM: WholeFile = {
  title: TITLE,
  mostBytes: 2 ** 26,
  tooLarge: 'FILM_FILE',
  check: (start, name) => {
    // JSON of another kind is told by its keys.
    if (/^\s*\{/.test(Buffer.from(start.subarray(0, 1024)).toString('latin1'))) return;
    throw new DigitflowError('FILM_FILE', `${name}: ${unexpected('film', TITLE, contentOf(start))}`);
  },
};

/**
 * Opens a film that `train` wrote; the bundled one where no path is given.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, FILM_FILE; the signal's reason
 */
export async function loadFilm(name = BUNDLED_FILM, signal?: AbortSignal): Promise<OpenedFilm> {
  const bytes = await readWhole(name, FILM, signal);
  return { film: readFilm(bytes, name), bytes, name };
}
