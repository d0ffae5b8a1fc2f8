/** Which of several tests may be believed at once. Assumes nothing about how they depend on each other (Holm, 1979). */

/** Whether each p-value is rejected while the chance of any false rejection stays within alpha. NaN is not. */
export const holm = (pValues: readonly number[], alpha: number): readonly boolean[] => {
  const rejected = pValues.map(() => false);
  const order = pValues.map((p, index) => ({ p: p >= 0 ? p : Infinity, index })).sort((a, b) => a.p - b.p);
  for (const [rank, { p, index }] of order.entries()) {
    if (!(p <= alpha / (pValues.length - rank))) break;
    rejected[index] = true;
  }
  return rejected;
};
