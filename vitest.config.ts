import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { onpar } from 'onpar/vitest/plugin';

/** Specs of these rooms change nothing of the process that they run in, so they may share it, which saves 0.3 s a file. */
const pure =
  'specs/harness/{baselines,cases,compare,datasets,diff,judge,metrics,models,report,schema,stats,tensor,tensor-draw,trace}/**/*.spec.ts';
const e2e = 'specs/harness/e2e/**/*.spec.ts';
const alone = ['specs/latency.spec.ts', 'specs/relations.spec.ts'];

/** Pairs take the core for a minute, on which off-par takes its latencies. */
const takesTheCore = /\/paired\.spec\.ts$/;
const rank = ({ project, moduleId }: TestSpecification): number =>
  ['e2e', 'harness', 'pure'].indexOf(project.name) + (takesTheCore.test(moduleId) ? 0.5 : 0);

/** What takes minutes goes first, so that both workers end together; pure specs last, as only neighbours share a process. */
class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

const config: ViteUserConfig = defineConfig({
  plugins: [onpar()],
  test: {
    allowOnly: false,
    maxWorkers: 2,
    sequence: { sequencer: Sequencer },
    exclude: ['**/node_modules/**', '.stryker-tmp/**'],
    projects: [
      {
        extends: true,
        test: { name: 'suite', include: ['specs/*.spec.ts'], exclude: alone },
      },
      // Alone, after everything else: the machine has two cores and latency wants one of them in peace.
      {
        extends: true,
        test: { name: 'latency', include: alone, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'e2e', include: [e2e], globalSetup: 'specs/harness/e2e/packed.ts', sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: {
          name: 'harness',
          include: ['specs/harness/**/*.spec.ts'],
          exclude: [e2e, pure],
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'pure', include: [pure], isolate: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});

export default config;
