import type { App } from '../app.js';
import { greyPicture, show } from '../colours.js';
import { element, find } from '../dom.js';
import { wordsOf } from '../speech.js';
import { csvOf, type LabelledDrawing, pngOf } from './files.js';

/** Saves a drawing as a picture, and drawings that were collected as rows: the command line reads both. */
export function watchSave(app: App): void {
  const png = find<HTMLButtonElement>('#savepng');
  const add = find<HTMLButtonElement>('#addrow');
  const csv = find<HTMLButtonElement>('#savecsv');
  const truth = find<HTMLSelectElement>('#truth');
  const list = find('#rows');
  const drawings: LabelledDrawing[] = [];
  const names = app.original.classes;
  let said = '';

  truth.replaceChildren(...names.map((name) => element('option', { value: name, textContent: name })));
  // A digit chooses a class here, and shows no example.
  truth.addEventListener('keydown', (event) => event.stopPropagation());
  png.addEventListener('click', async () => {
    const picture = isFitted() ? app.pad : { ...app.network.image, pixels: app.placed.pixels };
    save('drawing.png', 'image/png', await pngOf(picture));
  });
  add.addEventListener('click', () => {
    drawings.push({ label: truth.value, pixels: app.placed.pixels.slice() });
    tellRows();
  });
  csv.addEventListener('click', () => {
    save('drawings.csv', 'text/csv', new TextEncoder().encode(csvOf(drawings, app.network)));
  });

  app.watch((parts) => {
    const { verdict } = app;
    png.disabled = verdict === null;
    add.disabled = verdict === null;
    if (parts.has('drawing') && verdict !== null) truth.value = app.network.classes[verdict.winner];
    if (parts.has('language')) tellRows();
    const state = `${app.placement} ${app.current} ${app.language}`;
    if (state !== said) sayHow();
    said = state;
  });

  /** What the command line is to be told. */
  function sayHow(): void {
    const { name } = app.data.networks[app.current];
    const model = name === 'sigmoid' ? '' : ` --model ${name}`;
    const { height, width } = isFitted() ? app.pad : app.network.image;
    const flags = `${isFitted() ? '' : ' --as-is'}${model}`;
    find('#pngsays').textContent = wordsOf(app).pngSays[isFitted() ? 'pad' : 'image'](`${height} × ${width}`);
    find('#pngcommand').textContent = `digitflow look digit drawing.png${flags}`;
    find('#csvcommand').textContent = `digitflow evaluate drawings.csv${model}`;
  }

  /** Whether the command line does to the pad what the page does. */
  function isFitted(): boolean {
    return app.placement === 'centred';
  }

  function tellRows(): void {
    const words = wordsOf(app);
    csv.disabled = drawings.length === 0;
    find('#rowcount').textContent = words.rows(drawings.length);
    list.replaceChildren(
      ...drawings.map((drawing, i) => {
        const canvas = element('canvas');
        show(canvas, greyPicture(app.network.image, drawing.pixels));
        const label = words.removeRow(i + 1, drawing.label);
        const button = element('button', { type: 'button', title: label }, [
          canvas,
          element('span', { textContent: drawing.label }),
        ]);
        button.setAttribute('aria-label', label);
        button.addEventListener('click', () => {
          drawings.splice(i, 1);
          tellRows();
          (
            (list.children[Math.min(i, drawings.length - 1)]?.firstElementChild as HTMLElement | null) ?? add
          ).focus();
        });
        return element('li', {}, [button]);
      }),
    );
  }
}

function save(name: string, type: string, content: Uint8Array<ArrayBuffer>): void {
  const href = URL.createObjectURL(new Blob([content], { type }));
  element('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
