import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Many tests wait: for a process, a server, a browser. With more workers than cores others run meanwhile.
    maxWorkers: availableParallelism() + 2,
    // Modules are loaded once a worker, not once a file: a fifth less of work. No test may change what a module keeps.
    isolate: false,
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/helpers/setup.ts'],
    // The command line is tested as a real process with real threads, on machines that may be busy.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    coverage: {
      include: ['src/**/*.ts', 'pipelines/**/*.ts', 'workers/*.ts'],
      // The kernels are WebAssembly and live/ runs in a browser.
      exclude: ['src/views/draw/live/**', '**/*.d.ts'],
      reporter: [['text', { file: 'table.txt' }], 'text', 'json-summary', 'html'],
    },
    expect: { poll: { interval: 5, timeout: 120_000 } },
  },
});
