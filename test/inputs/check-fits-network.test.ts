import { describe, expect, it } from 'vitest';
import { checkFitsNetwork } from '../../src/inputs/check-fits-network.js';
import { failureOf } from './failure-of.js';

const network = { image: { height: 28, width: 28 } };

describe('checkFitsNetwork', () => {
  it('accepts images with as many pixels as the network has inputs, of any shape', () => {
    expect(() => checkFitsNetwork({ height: 28, width: 28, imagesName: 'x' }, network)).not.toThrow();
    expect(() => checkFitsNetwork({ height: 14, width: 56, imagesName: 'x' }, network)).not.toThrow();
  });

  it('names both sizes when they differ', async () => {
    const error = await failureOf(() =>
      checkFitsNetwork({ height: 20, width: 30, imagesName: 'x' }, network),
    );
    expect(error.code).toBe('INPUT_SIZE');
    expect(error.message).toMatch(/^x: expected images of 784 pixels \(28 x 28\).*found 600 \(20 x 30\)/);
  });
});
