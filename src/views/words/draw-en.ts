import { type ImageSize, type Layer, layerSizes } from '../../network/network.js';

/** What the page to draw on says, in English. The other languages say the same. */
export const drawEn = {
  title: 'Draw a digit: the network alive',
  heading: 'Draw a digit',
  network: 'Network',
  language: 'Language',
  sizes: (layers: readonly Layer[], { height, width }: ImageSize) =>
    `${height} × ${width} = ${layerSizes({ layers }).join(' → ')}`,

  pad: 'Pad. Draw with mouse, finger or pen. With keys: arrows move, Enter paints, Shift and arrows draw.',
  tools: 'Tools',
  draw: 'Draw',
  erase: 'Erase',
  pixel: 'Pixel',
  move: 'Move',
  undo: 'Undo',
  clear: 'Clear',
  width: 'Width',
  shade: 'Brightness',
  placement: 'Placement',
  drawn: 'as drawn',
  boxed: '20 × 20 box',
  centred: 'centred by mass',
  placed: {
    drawn: 'The network sees what you draw, where you draw it.',
    boxed: 'Scaled to 20 × 20; the middle of the box is the middle of the image.',
    centred: 'Scaled to 20 × 20; the centre of mass is the middle of the image, as in MNIST.',
  },
  examples: 'From the test set: half of these are mistakes',
  example: (name: string, number: number) => `a ${name}, image ${number}`,

  nothingDrawn: 'Draw a digit',
  sure: (name: string, share: string) => `${name}, ${share}`,
  unsure: (name: string, share: string) => `not sure: ${name}, ${share}`,
  sigmoidSum: (sum: string) =>
    `Each output is judged by itself: they need not sum to 100 %, and give ${sum}.`,
  doubts: {
    'several digits': 'This may be several digits.',
    'a page or noise': 'This may be a page or noise.',
    'blank paper': 'There is no ink.',
  } as Readonly<Record<string, string>>,
  stage: 'The network',
  neuron: (layer: number, neuron: number, name: string | null) =>
    name === null ? `Neuron ${neuron} of layer ${layer}` : `Output ${name}`,
  shownOf: (shown: number, all: number) => `${shown} of ${all}`,
  unroll: 'Unroll the image into its column of pixels',
  replay: 'Replay',
  raises: 'raises',
  lowers: 'lowers',
  lit: 'brightness: activation',
  outputs: 'Outputs',
};
