import {
  advised,
  type Content,
  imagesOrNetwork,
  networkBy,
  networkIn,
  OTHER,
  shown,
  TABLE,
} from './content.js';

const PAGE = advised('get the file that it leads to');
const ARRAYS = 'save its arrays with numpy.savez';

const JSON_NETWORK = networkIn('json');

/** Text that is neither rows of numbers nor JSON, by how it begins, after a byte order mark and blanks. */
const texts = (): readonly (readonly [start: RegExp, title: string, is: Omit<Content, 'title'>])[] => [
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer in place of the file', advised('run git lfs pull')],
  [
    /^\/?(?:\.\.\/)*(?:\.git)?\/annex\/objects\//,
    'a git-annex pointer in place of the file',
    advised('run git annex get'),
  ],
  [/^outs:\s*-\s*md5:/, 'a DVC pointer in place of the file', advised('run dvc pull')],
  [/^<svg|^<\?xml.*?<svg/is, 'an SVG drawing', advised('save it as a PNG')],
  [/^<\?xml.*?<Error>/s, "a server's error message saved under this name", PAGE],
  [
    /^(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|script)\b/is,
    'an HTML page saved under this name',
    PAGE,
  ],
  [/^<\?xml/, 'XML', TABLE],
  [/^(?:%[^\n]*\s+)*@relation\s/i, 'an ARFF file', TABLE],
  [/^[+-]?\d+(?:\.\d+)?(?:[ \t]+\d+:[-+\d.eE]+){2,}\s/, 'rows in the format of libsvm', TABLE],
  // Protocol 0, as Python 2 wrote it: a collection or a class, and what it is put on.
  [
    /^(?:\([dl]p\d+\n|c(?:__builtin__|builtins|copy_?reg|collections|numpy|torch|sklearn)[\w.]*\n\w+\n)/,
    'a Python pickle',
    { ...imagesOrNetwork(ARRAYS, ARRAYS), network: 'numpy' },
  ],
  [
    /^(?:40[0-9]|50[0-9])?:? ?(?:Not Found|Forbidden|Unauthorized|Access Denied|Bad Gateway|Entry not found|Repository not found|Invalid username or password)\b/i,
    "a server's answer saved under this name",
    advised('get the file again'),
  ],
];

/** JSON by its keys. */
const jsons = (): readonly (readonly [pattern: RegExp, title: string, is: Omit<Content, 'title'>])[] => [
  [
    /"weight_map"\s*:/,
    'the index of a network in several files',
    networkBy("save it in one file: save_pretrained(..., max_shard_size='10GB')"),
  ],
  [/"modelTopology"\s*:|"format"\s*:\s*"(?:layers|graph)-model"/, 'a TensorFlow.js network', JSON_NETWORK],
  [
    /"class_name"\s*:\s*"(?:Sequential|Functional|Model)"/,
    'the architecture of a Keras network, without its weights',
    networkBy("save both with model.save('model.keras')"),
  ],
  [
    /^\{\s*"(?:architectures|model_type)"/,
    'the configuration of a network, without its weights',
    networkBy('give the file of the weights'),
  ],
  [
    /^\{\s*"sizes"\s*:\s*\[.*?"(?:weights|biases|layers)"/s,
    'a network in JSON, with its sizes',
    JSON_NETWORK,
  ],
  [/^\{\s*"(?:weights|biases|layers|neurons)"\s*:/, 'a network in JSON', JSON_NETWORK],
  [/^\{\s*"[\w.]+\.(?:weight|bias)"\s*:/, 'the state dict of a PyTorch network in JSON', JSON_NETWORK],
  [/"nbformat"\s*:|^\{\s*"cells"\s*:/, 'a Jupyter notebook', OTHER],
];

/** What text is, where it is not rows; null for these, and for what is no text. */
export function textContent(bytes: Buffer, text: string): Content | null {
  const plain = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  const known = texts().find(([start]) => start.test(plain));
  if (known !== undefined) return { title: known[1], ...known[2] };
  return /^(?:\{\s*(?:"|\}|$)|\[\s*[[{"\]])/.test(plain) ? jsonContent(bytes) : null;
}

function jsonContent(bytes: Buffer): Content {
  const json = bytes.toString('latin1').trimStart();
  const own = /"schema"\s*:\s*"(digitflow\.[a-z-]+)\/\d+"/.exec(json.slice(0, 200))?.[1];
  if (own !== undefined) return { title: `what digitflow wrote (${own})`, ...OTHER };
  const known = jsons().find(([pattern]) => pattern.test(json));
  if (known !== undefined) return { title: known[1], ...known[2] };
  const title = `JSON that begins with ${shown(json, 40)}`;
  return {
    title,
    ...imagesOrNetwork('write it as CSV', 'save it as network2.py of the book does'),
    network: 'json',
  };
}
