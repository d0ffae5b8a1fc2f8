/**
 * npm run test:e2e: the command line as a person uses it, the packed tarball in a stranger's project, with every fault of the promise
 * injected, benches and scripts. Minutes, so not in npm test; CI runs both.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Pairs take the core for a minute, on which off-par takes its latencies: at the end. */
const takesTheCore = /\/(paired|diff|diff-backends)\.spec\.ts$/;
class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
const rank = ({ moduleId }: TestSpecification): number => Number(takesTheCore.test(moduleId));

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['specs/harness/{bench,ci,cli,e2e}/**/*.spec.ts'],
    globalSetup: fileURLToPath(new URL('packed.ts', import.meta.url)),
    allowOnly: false,
    pool: 'forks',
    maxWorkers: 2,
    // A spec waits as long as the runs that it starts; their own deadlines know who hangs.
    testTimeout: 0,
    hookTimeout: 0,
    sequence: { sequencer: Sequencer },
  },
});

export default config;
