import type { App } from '../app.js';
import { find } from '../dom.js';
import { wordsOf } from '../speech.js';
import { fromLink, LinkError, linkOf, MOST_LINK } from './link.js';

/** The address follows when nothing has changed for so long: Safari lets a page set it a hundred times in half a minute. */
const REST_MS = 500;

/** A link to what is seen, in the address and on a button; what the address of the page holds is opened. */
export function watchLink(app: App): void {
  const note = find('#note');
  const told = find('#linknote');
  const field = find<HTMLInputElement>('#link');
  let problem: LinkError['why'] | null = null;
  let copied: number | 'refused' | null = null;
  let kept = '';
  let waiting: number | undefined;

  open();
  window.addEventListener('hashchange', () => {
    app.pad.keep();
    open();
  });
  find('#copylink').addEventListener('click', () => {
    keep();
    if (kept.length > MOST_LINK) return tell();
    const address = `${plainAddress()}#${kept}`;
    copied = address.length;
    field.value = address;
    tell();
    // Where there is no clipboard, or it is refused, the link is selected, for the keys that copy.
    const refused = () => {
      field.hidden = false;
      field.select();
      copied = 'refused';
      tell();
    };
    if (navigator.clipboard === undefined) refused();
    else navigator.clipboard.writeText(address).catch(refused);
  });

  let isOpening = true;
  app.watch((parts) => {
    if (parts.has('language')) tell();
    if (isOpening) return;
    if (parts.has('drawing')) problem = null;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      const before = kept;
      if (keep() !== before) {
        copied = null;
        field.hidden = true;
      }
      tell();
    }, REST_MS);
  });
  isOpening = false;

  /** Shows what the address holds; where it cannot, the page is as it was. */
  function open(): void {
    const text = location.hash.slice(1);
    if (text === '') return;
    try {
      const { current, placement, language, selected, changes, pixels } = fromLink(text, app);
      Object.assign(app, { placement, language, selected });
      app.pad.pixels = pixels;
      for (const [i, list] of changes.entries()) app.changes[i] = [...list];
      app.use(current);
      app.touch('drawing', 'selection', 'language');
      app.flush();
      problem = null;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      problem = error.why;
      tell();
    }
  }

  /** Puts the link into the address, so that the page shows the same when it is loaded again; one that is too long stays out. */
  function keep(): string {
    const { current, placement, language, selected, changes, pad } = app;
    kept = linkOf({ current, placement, language, selected, changes, pixels: pad.pixels }, app);
    try {
      history.replaceState(null, '', kept.length <= MOST_LINK ? `#${kept}` : plainAddress());
    } catch {
      // A page within another one may have no address of its own.
    }
    return kept;
  }

  function plainAddress(): string {
    return location.href.split('#')[0];
  }

  function tell(): void {
    const words = wordsOf(app);
    note.hidden = problem === null;
    note.textContent = problem === null ? '' : words.linkProblems[problem];
    const tooLong = kept.length > MOST_LINK ? words.linkTooLong(kept.length, MOST_LINK) : '';
    if (copied === null) told.textContent = tooLong;
    else told.textContent = copied === 'refused' ? words.copyYourself : words.copied(copied);
  }
}
