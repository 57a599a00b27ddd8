import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const FIXTURES = join(import.meta.dirname, '../fixtures/networks/keras');

describe('a network of Keras', () => {
  test('is evaluated as the network of ours that it was made of', async () => {
    const results = await Promise.all(
      ['sigmoid', join(FIXTURES, 'digits.keras')].map(async (model) => {
        const { stdout } = await runShared(['evaluate', '--model', model, '--format', 'json']);
        return JSON.parse(stdout);
      }),
    );
    const [own, keras] = results;
    expect(keras.confusion).toEqual(own.confusion);
    expect(keras.accuracy).toBe(0.9641);
    expect(keras.model.found.title).toBe('a Keras network');
  });

  test.each<[name: string, content: string | Buffer, words: string]>([
    [
      'model.keras',
      '<!DOCTYPE html>\n<html><body>Sign in</body></html>',
      'model.keras: expected a network, found an HTML page saved under this name; get the file that it leads to',
    ],
    [
      'model.gguf',
      'GGUF\x03\0\0\0',
      'model.gguf: expected a network, found a GGUF network; save the PyTorch network',
    ],
    ['model.h5', '\x89HDF\r\n\x1a\n', 'model.h5: expected 1 bytes at byte 8, found 0; the file is damaged'],
  ])('that is none is named: %s', async (name, content, words) => {
    const cwd = await tempFolder({ [name]: Buffer.from(content as string, 'latin1') });
    const { stdout, stderr, exitCode } = await runShared(['evaluate', '--model', name], { cwd });
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    expect(exitCode).toBe(65);
  });

  test('in another form says which exporter to use', async () => {
    const cwd = await tempFolder({ 'a.keras': await readFile(join(FIXTURES, 'convolutional.keras')) });
    const { stderr, exitCode } = await runShared(['evaluate', '--model', 'a.keras'], { cwd });
    expect(stderr).toContain(
      '(Conv2D at layer "conv2d"); digitflow runs dense layers only; export it with model.export(\'model.onnx\'',
    );
    expect(exitCode).toBe(65);
    await mkdir(join(cwd, 'saved'));
    await writeFile(join(cwd, 'saved', 'saved_model.pb'), '');
    const folder = await runShared(['evaluate', '--model', 'saved'], { cwd });
    expect(folder.stderr).toContain(
      'saved: expected a network in one file, found a folder with a TensorFlow network; convert',
    );
    expect(folder.exitCode).toBe(66);
  });
});
