import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { onpar } from 'onpar/vitest/plugin';

/** Specs of these rooms change nothing of the process that they run in, so they may share it, which saves 0.3 s a file. */
const pure =
  'specs/harness/{baselines,cases,compare,datasets,diff,judge,metrics,models,report,schema,stats,sweep,tensor,tensor-draw,trace}/**/*.spec.ts';
/** Whole runs of the command line and in strangers' projects, benches and scripts, minutes of them: `npm run test:e2e`, its configuration is there. */
const e2e = 'specs/harness/{bench,ci,cli,e2e}/**';
const alone = ['specs/latency.spec.ts', 'specs/relations.spec.ts'];

/** Pure specs last: they take no time, and only neighbours share a process. */
class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
const rank = ({ project }: TestSpecification): number => Number(project.name === 'pure');

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
