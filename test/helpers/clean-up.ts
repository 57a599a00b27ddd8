type Clean = () => unknown;

const cleaners: Clean[] = [];

/**
 * Has something done after each test of every file. A hook in a helper would be one of the first file alone: modules are loaded
 * once a worker.
 */
export function afterEachTest(clean: Clean): void {
  cleaners.push(clean);
}

/** Does all of it. */
export async function cleanUp(): Promise<void> {
  await Promise.all(cleaners.map((clean) => clean()));
}
