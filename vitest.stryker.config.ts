import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

/** Only the specs that judge the mutated rooms, without the plugin: mutants must not start workers. */
const config: ViteUserConfig = defineConfig({
  test: {
    // The limit of a mutant is Stryker's own: a busy machine must not fail the run before the first one.
    testTimeout: 60_000,
    include: [
      'specs/harness/{compare,stats,judge,metrics,baselines}/**/*.spec.ts',
      'specs/harness/diff/{moves,render}.spec.ts',
    ],
  },
});

export default config;
