import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

/** Only the specs that judge the mutated rooms, without the plugin: mutants must not start workers. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['specs/harness/{compare,stats,judge,metrics,baselines}/**/*.spec.ts', 'specs/harness/diff/{moves,render}.spec.ts'],
  },
});

export default config;
