/**
 * Which tests run where: `unit` in Node without a GPU, `gpu` in Node through Dawn, `numerics` its cases again in headless
 * Chromium, `browser` the page there. Test files of the last three run one after the other: they share one slow adapter.
 * `npx vitest run --project gpu some-name` works alone: the driver's variables are set here, and the processes in
 * which tests run are started after that.
 */
import { defineConfig } from 'vitest/config';
import { adapterChoice, gpuEnvironment, noEnvironment, softwareEnvironment } from './bin/lib/vulkan.mjs';

Object.assign(process.env, testEnvironment());

/** The tests take the software adapter, also beside a GPU, for the same numbers everywhere; GATEWISE_ADAPTER=gpu takes the GPU. */
function testEnvironment(): Record<string, string> {
  const choice = adapterChoice();
  if (choice === 'gpu') return gpuEnvironment();
  if (choice === 'none') return noEnvironment();
  return softwareEnvironment() ?? {};
}

const SECOND = 1000;

/** What an assertion received is printed so far that a report read elsewhere tells what it was, not `[ Array(1) ]`. */
const chaiConfig = { truncateThreshold: 1000 };

export default defineConfig({
  test: {
    allowOnly: false,
    passWithNoTests: false,
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          chaiConfig,
          include: ['test/unit/**/*.test.ts', 'test/keras/**/*.test.ts', 'test/property/**/*.test.ts'],
          testTimeout: 30 * SECOND,
          // A second, as it is else, is too little on cores that others share.
          expect: { poll: { timeout: 10 * SECOND } },
          // Its entry for Node is CommonJS under an ESM package name; Vite takes the module beside it.
          server: { deps: { inline: ['wgsl_reflect'] } },
        },
      },
      {
        test: {
          name: 'gpu',
          chaiConfig,
          include: ['test/gpu/**/*.test.ts', 'test/cli/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120 * SECOND,
          hookTimeout: 60 * SECOND,
        },
      },
      {
        test: {
          name: 'numerics',
          chaiConfig,
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300 * SECOND,
          hookTimeout: 120 * SECOND,
        },
      },
      {
        test: {
          name: 'browser',
          chaiConfig,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/build-page.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300 * SECOND,
          hookTimeout: 120 * SECOND,
          // How long something may take to come says nothing of it: SwiftShader shares the processor.
          expect: { poll: { timeout: 30 * SECOND } },
        },
      },
    ],
  },
});
