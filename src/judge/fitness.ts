/**
 * How far apart equal work came out while a machine took a pair. Knows nothing of what is under test. A machine that is slower in one pair than in
 * another does a ratio within pairs no harm, and is not counted.
 */
import { median, quantile, toSample } from '../stats/sample.ts';
import { nearMinimum } from '../stats/visit.ts';
import { visitsOf, type ArmLetter, type Pair } from '../trace/pair.ts';

/** The 90th over the 10th percentile of a pair's visits of an arm, or of its blocks' reference work: the median over the pairs; 1 where there is none. */
export const spreadOf = (pairs: readonly Pair[], of: ArmLetter | 'reference'): number => {
  const spreads = pairs
    .map((pair) => timesIn(pair, of))
    .filter((times) => times.length > 0)
    .map(spreadIn);
  return spreads.length === 0 ? 1 : median(toSample(spreads));
};

const timesIn = ({ blocks }: Pair, of: ArmLetter | 'reference'): readonly number[] =>
  blocks
    .flatMap((block) => (of === 'reference' ? [block.reference] : visitsOf(block, of)))
    .filter((calls) => calls.length > 0)
    .map(nearMinimum);

function spreadIn(values: readonly number[]): number {
  const times = toSample(values);
  return quantile(times, 0.9) / quantile(times, 0.1);
}
