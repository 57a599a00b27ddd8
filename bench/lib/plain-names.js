// What stands in a plot: of each measurement, how a contender's name becomes a group and a plain name. The first that fits holds.

const ONNX = [
  [/^onnxruntime-node, as in the target$/, 'ONNX Runtime', 'pixels scaled in the graph, 1,000 at a time'],
  [
    /^onnxruntime-node, scaled, started before$/,
    'ONNX Runtime',
    'pixels scaled in the graph, started before',
  ],
  [/^onnxruntime-node, (?:best )?scaled$/, 'ONNX Runtime', 'pixels scaled in the graph'],
  [/^onnxruntime-node, (?:best )?folded$/, 'ONNX Runtime', 'scale folded into the weights'],
  [/^onnxruntime-node, (?:best )?int(\d+)$/, 'ONNX Runtime', 'whole numbers of $1 bits'],
  [/^digitflow, with losses$/, 'digitflow', 'with the loss of every image'],
  [/^digitflow$/, 'digitflow', 'predictions and confidences'],
  [/^(.*)$/, 'others', '$1'],
];

/** @type {Record<string, readonly (readonly [RegExp, string, string])[]>} */
const NAMES = {
  kernel: ONNX,
  idx: [[/^digitflow$/, 'digitflow', 'evaluate, with all that it counts'], ...ONNX],
  csv: [
    [/^digitflow score, (.*)$/, 'read and scored', 'digitflow, $1'],
    [/^@duckdb\/node-api, (.*)$/, 'only read', 'DuckDB, $1'],
    [/^udsv$/, 'only read', 'uDSV'],
    [/^(.*)$/, 'only read', '$1'],
  ],
  start: [
    [/^node -e 0$/, 'Node alone', 'a program that does nothing'],
    [/^digitflow --version$/, 'digitflow', 'its version'],
    [/^digitflow evaluate$/, 'digitflow', 'evaluate'],
    [/^digitflow evaluate --format json$/, 'digitflow', 'evaluate, as JSON'],
    [/^digitflow evaluate --workers 1$/, 'digitflow', 'evaluate, one thread'],
    [/^digitflow evaluate --workers (\d+)$/, 'digitflow', 'evaluate, $1 threads'],
  ],
  scale: [
    [/^records: (.*)$/, 'images in the file', '$1'],
    [/^workers: 0$/, 'threads', 'none'],
    [/^workers: (.*)$/, 'threads', '$1'],
    [/^batch: (.*)$/, 'images a batch', '$1'],
  ],
  memory: [
    [/^file, gzipped, (.*)$/, 'a file, gzipped', '$1'],
    [/^file, (.*)$/, 'a file', '$1'],
    [/^stdin, a file, (.*)$/, 'stdin that is a file', '$1'],
    [/^stdin, a pipe, (.*)$/, 'stdin that is a pipe', '$1'],
  ],
  feeder: [
    [/^file, (.*)$/, 'a file of 2.4 million', '$1'],
    [/^file$/, 'a file of 2.4 million', 'as it is'],
    [/^stdin, (.*)$/, 'stdin', '$1'],
    [/^file of (.*)$/, 'a short file', '$1'],
  ],
  train: [
    [/^(\w+), 1000 (images a step), (.*)$/, '1,000 $2, $3', '$1'],
    [/^(\w+), (\d+) (images a step), (.*)$/, '$2 $3, $4', '$1'],
  ],
  serve: [
    [/^fastify, empty reply: (.*)$/, '$1', 'fastify alone, an empty reply'],
    [/^fastify, onnxruntime-node: (.*)$/, '$1', 'fastify and ONNX Runtime'],
    [/^(.*?): (.*)$/, '$2', '$1'],
  ],
};

/**
 * @param {string} measurement
 * @param {string} name
 * @returns {{ group: string, label: string }} the group is empty where there is none
 */
export function plainName(measurement, name) {
  const [pattern, group, label] = NAMES[measurement]?.find(([known]) => known.test(name)) ?? [/^/, '', name];
  return {
    group: name.replace(pattern, group),
    label: pattern.source === '^' ? name : name.replace(pattern, label),
  };
}
