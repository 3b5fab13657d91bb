import { defineConfig } from 'vitest/config'

// `unit` needs nothing but Node; `system` gets one real stack (Kafka, registry, ClickHouse) for the whole run.
/** System tests that mostly wait for others to give up on somebody: `npm run test:long`, so that `npm test` stays within its quarter of an hour. */
const long = [
  'test/system/checkpoints.test.ts',
  'test/system/identity-plan.test.ts',
  'test/system/keep.test.ts',
  'test/system/kafka-streams-peer.test.ts',
  'test/system/template-installation.test.ts',
  'test/system/crash-of-two.test.ts',
  'test/system/dependency-away.test.ts',
  'test/system/rebuild-cut-off.test.ts',
  'test/system/new-key.test.ts',
  'test/system/backdate.test.ts',
  'test/system/bench.test.ts',
  'test/system/expiry.test.ts',
  'test/system/rebuild-erasure.test.ts',
  'test/system/schema-evolution.test.ts',
  'test/contract/stack-lifecycle.test.ts',
]

/** Tests beside the code that walk through histories, as those of test/model do: part of `npm test`, too slow for `npm run check`. */
const models = [
  'services/identity/core/model.test.ts',
  'services/runtime/definition/rules/decide/decide.test.ts',
]

export default defineConfig({
  test: {
    // One less, which is the default, is one worker on two cores.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          // Bounds for hangs, no measures of speed: cores are shared.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          include: [
            'services/**/*.test.ts',
            'schemas/**/*.test.ts',
            'infra/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/world/**/*.test.ts',
            'test/parity/**/*.test.ts',
            'test/chaos/**/*.test.ts',
            'test/bench/**/*.test.ts',
            'test/backdate/**/*.test.ts',
          ],
          exclude: [
            '**/*.system.test.ts',
            '**/node_modules/**',
            'test/chaos/chaos.test.ts',
            ...models,
          ],
          // Nothing here mocks a module or keeps state in one: loading them once halves the time.
          isolate: false,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'model',
          include: ['test/{model,drift,quality}/**/*.test.ts', ...models],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [
            'test/{contract,system,walkthrough,regression}/**/*.test.ts',
            'test/chaos/chaos.test.ts',
            'services/**/*.system.test.ts',
          ],
          exclude: [...long],
          globalSetup: ['test/support/stack/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'long',
          include: [...long],
          globalSetup: ['test/support/stack/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
