import { type ImageSize, type Layer, layerSizes } from '../../network/network.js';

/** What the page to draw on says, in English. The other languages say the same. */
export const drawEn = {
  title: 'Draw a digit: the network alive',
  heading: 'Draw a digit',
  network: 'Network',
  language: 'Language',
  sizes: (layers: readonly Layer[], { height, width }: ImageSize) =>
    `${height} × ${width} = ${layerSizes({ layers }).join(' → ')}`,

  pad: 'Pad. Draw with mouse, finger or pen. With keys: arrows walk, Enter paints, Shift and arrows draw; with Move, arrows move the drawing.',
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
  usual: 'box and middle of MNIST’s digits',
  own: 'box and centre of mass of this one',
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

  learn: 'Watch it learn',
  learnOf: (name: string, shown: number, all: number) =>
    `The first layer of ${name}: what ${shown < all ? `the first ${shown} of ` : ''}its ${all} neurons look for, from random weights on. Green: light there raises the neuron. Blue: it lowers it. A colour is the same weight all along.`,
  play: 'Play',
  pause: 'Pause',
  epoch: 'Epoch',
  atEpoch: (epoch: number): string => (epoch === 0 ? 'random start' : `epoch ${epoch}`),
  cost: 'Cost',
  accuracy: 'Accuracy',
  training: (isVaried: boolean): string => (isVaried ? 'training images, varied' : 'training images'),
  heldOut: 'held-out images',
  frame: (epoch: string, cost: string, accuracy: string | null) =>
    `${epoch}: cost ${cost}${accuracy === null ? '' : `, accuracy ${accuracy}`}`,
  weightsAt: (epoch: string) => `Weights of the first layer, ${epoch}`,

  handmade: 'A detector made by hand',
  handmadeNote:
    'What if we want a neuron that looks for an edge here? Drag a rectangle: pixels in it raise its sum (weight 1), those around it lower it (weight −1). Then draw.',
  region: 'Detector. Drag a rectangle. With keys: arrows move it, Shift and arrows change its size.',
  regionSays: (width: number, height: number, row: number, column: number) =>
    `${width} × ${height} pixels, from row ${row}, column ${column}`,
  hands: 'What dragging does',
  rectangle: 'Rectangle',
  presets: 'What to look for',
  topBar: 'top bar',
  upright: 'upright',
  leftStroke: 'left stroke',
  middleBar: 'middle bar',
  fires: 'It fires',
  isSilent: 'It is silent',
  weightedSum: 'Weighted sum',
  sigmaOfZ: 'σ(z)',
  regionBias: 'Bias',
  foundOf: (count: number) => `How often it fires on ${count} images`,
  implant: (place: string) => `Put it in place of neuron ${place}`,
  implantWhere: 'Choose a neuron of layer 1 to put it there',

  share: 'Share',
  shareNote:
    'A link holds the drawing, the network, the neuron that you look at and your changes. It opens in this page.',
  copyLink: 'Copy link',
  link: 'Link',
  copied: (length: number) => `The link is in the clipboard: ${length} characters.`,
  copyYourself: 'Here is the link. Copy it from the field.',
  linkTooLong: (length: number, most: number) =>
    `This takes ${length} characters, and a link holds ${most}. Save the drawing as a PNG instead; changes to the network are not in it.`,
  linkProblems: {
    damaged: 'The link is damaged and was not opened. Ask for it again.',
    network: 'The link is for a network that this page does not have. It was not opened.',
    version: 'The link is from another version of this page. It was not opened.',
  },
  savePng: 'Save as PNG',
  pngSays: {
    pad: (size: string) => `The PNG is the pad, ${size}. The command line makes the same image of it:`,
    image: (size: string) => `The PNG is what the network sees, ${size}. The command line takes it as it is:`,
  },
  collect: 'Collect drawings',
  collectNote:
    'Say what each drawing is, and save them as a data set of your own. They stay until the page is closed.',
  truth: 'This is',
  addRow: 'Add',
  saveCsv: 'Save as CSV',
  rows: (count: number) =>
    count === 0
      ? 'No drawings yet.'
      : `${count} ${count === 1 ? 'drawing' : 'drawings'}. Tap one to remove it.`,
  removeRow: (number: number, label: string) => `Remove drawing ${number}: ${label}`,
  csvSays: 'Rows as the network sees them. The command line evaluates them, and trains on them:',

  ask: 'Ask a neuron',
  askHint:
    'Point at a neuron or tap it: here you see its weights and how its value comes about, and you can turn its knobs. With keys: Tab to the neurons, then arrows walk.',
  inputs: (layer: number, neuron: number, count: number) =>
    `${layer}:${neuron}, ${count} ${layer === 1 ? 'pixels' : 'inputs'}`,
  itsWeights: 'its weights',
  timesPixel: 'weight × this pixel',
  timesActivation: 'weight × activation',
  weightsLabel: 'The weights. Arrows move, plus and minus change the weight, Delete restores it.',
  pixelAt: (row: number, column: number) => `pixel ${row},${column}`,
  neuronAt: (layer: number, neuron: number) => `neuron ${layer}:${neuron}`,
  others: (count: number) => `the other ${count}`,
  bias: 'bias',
  sum: 'sum z',
  activation: 'activation',
  isSilenced: 'silenced: always',
  threshold: (value: string) => `threshold ${value}`,
  depends: 'It depends on the other outputs, too.',
  brush: 'What dragging does',
  one: 'One',
  raise: 'Greener',
  lower: 'Bluer',
  restore: 'Restore',
  dragOne: 'Drag up or down in the weights.',
  dragBrush: 'Paint over the weights.',
  silence: 'Silence',
  resetNeuron: 'Reset neuron',
  resetAll: 'Reset all',
  changed: (count: string, all: string, silenced: number) =>
    `${count} of ${all} changed${silenced === 0 ? '' : `, ${silenced} silenced`}`,
  accuracyOn: (images: number, before: string, after: string | null) =>
    `accuracy on ${images} images: ${before}${after === null ? '' : ` → ${after}`} %`,
  takenFor: (label: string, other: string) => `${label}, taken for ${other}`,
  sampleOf: (count: number) => `What it makes of ${count} images`,
  mistakes: (count: number, turned: number) =>
    `${count} ${count === 1 ? 'mistake' : 'mistakes'}. Your changes turned ${turned} ${turned === 1 ? 'verdict' : 'verdicts'}.`,
  wrong: 'mistake, with what it is taken for',
  turned: 'verdict turned by your changes',

  why: 'Why this verdict?',
  whyClass: 'Which output is explained',
  winner: 'the winner',
  because: (name: string, sum: string, output: string, black: string) =>
    `Green pixels speak for ${name}, blue ones against it. All parts add up to ${sum}: output ${name} is ${output} here, and ${black} for a black image.`,
};
