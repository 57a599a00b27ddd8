import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** Real digits, few of them, in a folder that looks like a training set; and options under which they train fast. */
export async function smallMnist(count = 400): Promise<{ folder: string; args: string[] }> {
  const folder = await tempFolder({
    'train-images-idx3-ubyte': idxBytes(0x08, [count, 28, 28], testPixels().subarray(0, count * 784)),
    'train-labels-idx1-ubyte': idxBytes(0x08, [count], testLabels().subarray(0, count)),
  });
  const settings = ['--hidden', '8', '--epochs', '5', '--validation', '100', '--batch-size', '16'];
  return { folder, args: ['train', '--images', folder, ...settings] };
}
