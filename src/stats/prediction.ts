/**
 * Where one more value of a series lies: Student's prediction interval (Hahn and Meeker, Statistical Intervals, 1991, 4.7). Assumes independent
 * values of one normal distribution; the error of a mean, which shrinks to nothing, is not what separates one session from the next.
 */

/** `scale` is what Student's t of so many degrees of freedom is multiplied with. Throws RangeError below two values. */
export const predict = (values: readonly number[]): { centre: number; scale: number; freedom: number } => {
  const n = values.length;
  if (n < 2) throw new RangeError(`two values or more, not ${n}`);
  const centre = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { centre, scale: Math.sqrt((squares / (n - 1)) * (1 + 1 / n)), freedom: n - 1 };
};

/** The value that Student's t exceeds with probability `error`, 0 < error < 0.5: by bisection of the finite series for whole degrees of freedom. */
export const studentQuantile = (error: number, freedom: number): number => {
  let [low, high] = [0, 1];
  while (studentAbove(high, freedom) > error) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (studentAbove(middle, freedom) > error) low = middle;
    else high = middle;
  }
  return high;
};

/** P(T > t) for t >= 0 (Abramowitz and Stegun, 26.7.3 and 26.7.4). Throws RangeError unless `freedom` is whole and at least 1. */
export const studentAbove = (t: number, freedom: number): number => {
  if (!(Number.isInteger(freedom) && freedom >= 1))
    throw new RangeError(`whole degrees of freedom from 1, not ${freedom}`);
  const angle = Math.atan(t / Math.sqrt(freedom));
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let series = freedom === 1 ? 0 : term;
  for (let k = odd ? 2 : 1; k <= freedom - 3; k += 2) {
    term *= (k / (k + 1)) * Math.cos(angle) ** 2;
    series += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * series) : Math.sin(angle) * series;
  return (1 - within) / 2;
};
