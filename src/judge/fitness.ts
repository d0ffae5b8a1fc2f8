/** How far apart equal work came out on a machine while pairs were recorded. Knows nothing of what is under test. */
import { quantile, toSample } from '../stats/sample.ts';
import { nearMinimum } from '../stats/visit.ts';
import { visitsOf, type Arm, type Pair } from '../trace/pair.ts';

/** The 90th over the 10th percentile of the visits of an arm, or of the blocks' reference work; 1 where there is none. */
export const spreadOf = (pairs: readonly Pair[], of: Arm | 'reference'): number => {
  const visits = pairs
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => (of === 'reference' ? [block.reference] : visitsOf(block, of)))
    .filter((calls) => calls.length > 0);
  if (visits.length === 0) return 1;
  const times = toSample(visits.map(nearMinimum));
  return quantile(times, 0.9) / quantile(times, 0.1);
};
