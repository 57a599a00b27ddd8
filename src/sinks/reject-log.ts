import type { RowOutput } from './row-output.js';
import { csvField } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

/** Writes down rows that were not scored: CSV with file, line (from 1), reason, and the row as it stands there. */
export class RejectLog {
  readonly #output: RowOutput;

  constructor(output: RowOutput) {
    this.#output = output;
  }

  /** Writes the names of the columns. */
  begin(): Promise<void> {
    return this.#output.write('file,line,reason,row\n');
  }

  async write({ rejects, place }: ScoredRows): Promise<void> {
    if (rejects.length === 0) return;
    const file = csvField(place.name);
    let text = '';
    for (const { line, reason, text: row } of rejects) {
      const shown = csvField(Buffer.from(row()).toString());
      text += `${file},${place.firstLine + line + 1},${csvField(reason())},${shown}\n`;
    }
    await this.#output.write(text);
  }
}
