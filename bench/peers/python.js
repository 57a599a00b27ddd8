import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The first one may be a version manager's, which does not see Debian's packages. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/**
 * The Python that has a package.
 *
 * @param {string} name
 * @returns {string | null}
 */
export function pythonWith(name) {
  const has = (python) => spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
  return PYTHONS.find(has) ?? null;
}

const SCRIPT = fileURLToPath(new URL('./python_peer.py', import.meta.url));

/** A Python process that scores with PyTorch or scikit-learn, told what to do line by line. */
export class PythonPeer {
  #child;
  #lines;
  #folder;
  version = '';

  /**
   * Null where Python or the package is not installed.
   *
   * @param {'torch' | 'sklearn'} kind
   * @param {import('../../dist/types/src/entries/network-api.js').Network} network
   * @param {number} threads for BLAS
   * @returns {Promise<PythonPeer | null>}
   */
  static async open(kind, network, threads) {
    const python = pythonWith(kind);
    if (python === null) {
      process.stderr.write(`${kind} (Python) is absent\n`);
      return null;
    }
    const peer = new PythonPeer(python, kind, network, threads);
    const first = await peer.#lines.next();
    if (first.done) throw new Error(`${SCRIPT} does not start with ${kind}`);
    peer.version = JSON.parse(first.value).version;
    return peer;
  }

  constructor(python, kind, { layers, normalization }, threads) {
    this.#folder = mkdtempSync(join(tmpdir(), 'digitflow-python-'));
    const file = join(this.#folder, 'weights.json');
    const rows = layers.map(({ inputs, outputs, weights, biases }, index) => [
      Array.from({ length: outputs }, (_, neuron) =>
        Array.from(
          weights.subarray(neuron * inputs, (neuron + 1) * inputs),
          (weight) => weight * (index === 0 ? normalization.scale : 1),
        ),
      ),
      Array.from(biases),
    ]);
    writeFileSync(file, JSON.stringify(rows));
    const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
    this.#child = spawn(python, [SCRIPT, kind, file], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.on('error', () => {});
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @param {object} order @returns {Promise<any>} */
  async ask(order) {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`${SCRIPT} ended while it was asked for ${order.do}`);
    return JSON.parse(value);
  }

  async close() {
    this.#child.stdin.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
