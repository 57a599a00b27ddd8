import { expect } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import type { CliOptions } from '../helpers/cli.js';
import { runShared } from '../helpers/shared-cli.js';

/** What a failure must look like. */
export interface ExpectedFailure {
  readonly code: ErrorCode;
  readonly exitCode: number;
  /** What the line must say: where, expected, found, what to do. */
  readonly words: readonly string[];
}

/**
 * Runs `evaluate` twice and makes sure that it fails as it should: nothing on stdout, one line on stderr; and with
 * `--format json` the same as one JSON object.
 */
export async function expectFailure(
  args: readonly string[],
  { code, exitCode, words }: ExpectedFailure,
  options: CliOptions & { readonly input?: Uint8Array } = {},
): Promise<void> {
  const [plain, json] = await Promise.all([
    runShared(['evaluate', ...args], options),
    // Ahead of what may be an option that lacks its value.
    runShared(['evaluate', '--format', 'json', ...args], options),
  ]);
  expect(plain.stderr).toMatch(/^digitflow: [^\n]+\n$/);
  expect(plain).toMatchObject({ stdout: '', exitCode });
  for (const word of words) expect(plain.stderr).toContain(word);

  const message = plain.stderr.slice('digitflow: '.length, -1);
  expect(json).toMatchObject({ stdout: '', exitCode });
  expect(json.stderr).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(json.stderr)).toEqual({ schema: 'digitflow.error/1', code, message, exitCode });
}
