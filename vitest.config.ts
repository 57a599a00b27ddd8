import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The command line is tested as a real process with real threads, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
