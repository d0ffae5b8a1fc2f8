/**
 * The smallest slowdown that this run could have seen: the real rule, played on this run's own noise. Assumes that the noise of pairs is symmetric
 * and that these pairs are a fair sample of it; smooth, since eight pairs do not hold the one in a hundred that decides.
 */
import { walshAverages } from './hodges-lehmann.ts';
import { normal, randomFrom, type Random } from './random.ts';
import { middle } from './two-sample.ts';

export interface Sight {
  /** One a pair, all of the look. */
  readonly logRatios: readonly number[];
  /** Critical rank of the look. */
  readonly rank: number;
  /** A slowdown is seen when its lower bound lies above this fraction. */
  readonly margin: number;
  /** How often it must be seen. */
  readonly power: number;
  readonly seed: number;
}

/** As a fraction: 0.014 is 1.4 %. A slowdown shifts all pairs alike, so one quantile of the bound under no slowdown answers for all of them. */
export const visibleSlowdown = ({ logRatios, rank, margin, power, seed }: Sight): number => {
  const draw = noiseOf(logRatios, randomFrom(seed));
  const bounds = Float64Array.from({ length: draws }, () => {
    const noise = logRatios.map(draw);
    return rank === 0 ? Math.min(...noise) : (walshAverages(noise)[rank] ?? NaN);
  }).sort();
  const reached = bounds[Math.floor((1 - power) * draws)] ?? NaN;
  return Math.exp(Math.log1p(margin) - reached) - 1;
};

const draws = 2000;

/**
 * A residual about the Hodges-Lehmann centre, its sign flipped by chance, blurred (smoothed bootstrap: Silverman and Young, 1987). Half the
 * smaller of deviation and MAD as width: without blur eight pairs promise a sixth too much.
 */
const noiseOf = (values: readonly number[], random: Random): (() => number) => {
  const centre = middle(walshAverages(values));
  const residuals = values.map((value) => value - centre);
  const deviation = Math.sqrt(residuals.reduce((sum, r) => sum + r * r, 0) / Math.max(1, residuals.length - 1));
  const spread = 1.4826 * middle(residuals.map(Math.abs).sort((a, b) => a - b));
  const width = 0.5 * (spread > 0 ? Math.min(deviation, spread) : deviation);
  return () => {
    const residual = residuals[Math.floor(random() * residuals.length)] ?? NaN;
    return (random() < 0.5 ? residual : -residual) + width * normal(random);
  };
};
