import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { onpar } from 'onpar/vitest/plugin';

const config: ViteUserConfig = defineConfig({
  plugins: [onpar()],
  test: {
    allowOnly: false,
    maxWorkers: 2,
    exclude: ['**/node_modules/**', '.stryker-tmp/**'],
    projects: [
      {
        extends: true,
        test: { name: 'suite', include: ['specs/*.spec.ts'], exclude: ['specs/latency.spec.ts'] },
      },
      // Alone, after everything else: the machine has two cores and latency wants one of them in peace.
      {
        extends: true,
        test: { name: 'latency', include: ['specs/latency.spec.ts'], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'harness', include: ['specs/harness/**/*.spec.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
});

export default config;
