/** Is `onpar --help` as quick as a command line in Node can be? */
import { alternate, ratios } from './lib/figures.mjs';
import { cli, needBuild, timeNode } from './lib/onpar.mjs';
import { benchmark, pairedRow } from './lib/report.mjs';

needBuild();
await benchmark('Help: onpar --help', 31, async ({ pairs }) => {
  const { ours, theirs } = await alternate(
    pairs,
    () => timeNode([cli, '--help']),
    () => timeNode(['-e', '0']),
  );
  return {
    rows: [
      pairedRow('onpar --help', 'node -e 0', {
        relation: ratios(ours, theirs),
        unit: 'x',
        target: 2,
        ours,
        theirs,
      }),
    ],
  };
});
