import type { Command } from 'commander';

/** What the help of all commands says of one; `load` imports the function that defines the rest of it. */
export interface CommandEntry {
  readonly usage: string;
  readonly description: string;
  load(): Promise<(command: Command) => void>;
}

/** All commands, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  evaluate: {
    usage: '[options] [images] [labels]',
    description: 'evaluate a network on labelled images: accuracy, confusion matrix, and where it goes wrong',
    load: async () => (await import('./evaluate-command.js')).defineEvaluate,
  },
  score: {
    usage: '[options] [files...]',
    description:
      'turn images in CSV, IDX, NumPy or pictures into predictions: one a row, in input order, for as long as input comes',
    load: async () => (await import('./score-command.js')).defineScore,
  },
  compare: {
    usage: '[options] <networks...> [images] [labels]',
    description:
      'tell which of two networks or more is better, on the same images, and whether that is chance',
    load: async () => (await import('./judging/compare-command.js')).defineCompare,
  },
  stress: {
    usage: '[options] [images] [labels]',
    description: 'make images worse in seeded ways, and see what the network still reads right',
    load: async () => (await import('./judging/stress-command.js')).defineStress,
  },
  train: {
    usage: '[options]',
    description: 'find the weights and biases of a network: learn from labelled images',
    load: async () => (await import('./networks/train-command.js')).defineTrain,
  },
  convert: {
    usage: '[options] <network> <file>',
    description: 'write a network in another format: safetensors, ONNX, NumPy, JSON, C, JavaScript',
    load: async () => (await import('./networks/convert-command.js')).defineConvert,
  },
  look: {
    usage: '[options] [command]',
    description: 'see inside a network: what a digit lights up, and why',
    load: async () => (await import('./look/look-command.js')).defineLook,
  },
  report: {
    usage: '[options] [images] [labels]',
    description: 'evaluate, and make one HTML page of it: matrix, mistakes with their images, neurons',
    load: async () => (await import('./report-command.js')).defineReport,
  },
  draw: {
    usage: '[options] [images] [labels]',
    description: 'make one HTML page to draw digits on: the network lights up, and you can turn its knobs',
    load: async () => (await import('./draw-command.js')).defineDraw,
  },
  plan: {
    usage: '[options] <files...>',
    description: 'divide a run among many machines: where each shard of the input begins, as one JSON file',
    load: async () => (await import('./plan-command.js')).definePlan,
  },
  merge: {
    usage: '[options] <plan> <folders...>',
    description: 'put the shards of a plan together: the very bytes that one machine would have written',
    load: async () => (await import('./merge-command.js')).defineMerge,
  },
  serve: {
    usage: '[options]',
    description:
      'answer over HTTP what a network says of images: the Open Inference Protocol, pictures, rows',
    load: async () => (await import('./serve-command.js')).defineServe,
  },
  queue: {
    usage: '[options] [command]',
    description: 'a run on many machines by a queue in Redis: submit a plan, work on it, see how far it is',
    load: async () => (await import('./queue/queue-command.js')).defineQueue,
  },
};

/** Those that are but a name for several. */
export const GROUPS = ['look', 'queue'];
