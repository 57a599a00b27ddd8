import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const bench = createRequire(join(root, 'bench/package.json'));

/** As much of onnxruntime-node as the tests use. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: Float32Array | Uint8Array, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      run(
        feeds: Readonly<Record<string, unknown>>,
      ): Promise<
        Readonly<Record<string, { readonly data: ArrayLike<number>; readonly dims: readonly number[] }>>
      >;
    }>;
  };
}

/**
 * The runtime that the bench has (`npm --prefix bench ci`), or null: it is no dependency, since it takes 290 MB. Tests that need it
 * are skipped then, unless DIGITFLOW_ONNXRUNTIME=required.
 */
export function findOnnxRuntime(): OnnxRuntime | null {
  try {
    return bench('onnxruntime-node') as OnnxRuntime;
  } catch (error) {
    if (process.env.DIGITFLOW_ONNXRUNTIME !== 'required') return null;
    throw new Error('no onnxruntime-node: install it by npm --prefix bench ci', { cause: error });
  }
}

/** Where programs find it, for NODE_PATH. */
export const ONNXRUNTIME_FOLDER = join(root, 'bench/node_modules');

const PYTHON = process.env.PYTHON_PATH ?? '/usr/bin/python3';

/** Whether there is ONNX's own checker; where there is none, tests are skipped, unless DIGITFLOW_ONNX_CHECKER=required. */
export function hasOnnxChecker(): boolean {
  if (spawnSync(PYTHON, ['-c', 'import onnx']).status === 0) return true;
  if (process.env.DIGITFLOW_ONNX_CHECKER !== 'required') return false;
  throw new Error(
    'no onnx for Python: install it (apt-get install python3-onnx), or say where Python is in PYTHON_PATH',
  );
}

/** What ONNX's own checker says of a file: nothing where it is right. */
export function checkOnnx(path: string): string {
  const code = 'import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)';
  const { status, stderr } = spawnSync(PYTHON, ['-c', code, path], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}
