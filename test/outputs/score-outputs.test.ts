import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ScoreOutputs } from '../../src/outputs/score-outputs.js';
import { tempFolder } from '../inputs/temp-folder.js';

const OPEN_FILES = '/proc/self/fd';

/** What of a folder this process has open; known on Linux only. */
function openIn(folder: string): string[] {
  const links = readdirSync(OPEN_FILES).map((fd) => {
    try {
      return readlinkSync(join(OPEN_FILES, fd));
    } catch {
      // It was the folder of descriptors itself.
      return '';
    }
  });
  return links.filter((link) => link.startsWith(folder));
}

test.runIf(existsSync(OPEN_FILES))(
  'rows and rejects are closed once nothing is written any more',
  async () => {
    const folder = await tempFolder();
    const [out, rejects] = [join(folder, 'out.csv'), join(folder, 'bad.csv')];
    const outputs = new ScoreOutputs({
      ...{ format: 'csv', classes: ['0', '1'], probabilities: false, top: 0, encoding: undefined },
      ...{ out, rejects, resume: false, run: { options: {}, inputs: [] }, note: expect.fail },
    });
    await outputs.close(true);
    expect(openIn(folder)).toEqual(expect.arrayContaining([out, rejects]));
    outputs.release();
    expect(openIn(folder)).toEqual([]);
  },
);
