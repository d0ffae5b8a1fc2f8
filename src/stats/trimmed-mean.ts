/** The mean of the middle: a share of the values is left out at each end. Assumes a symmetric middle; wild ends do not matter (Tukey and McLaughlin, 1963). */

/** Whole values only are left out. Throws RangeError for nothing to average, and unless 0 <= share < 0.5. */
export const trimmedMean = (values: readonly number[], share: number): number => {
  if (!(values.length > 0 && share >= 0 && share < 0.5))
    throw new RangeError(`cannot trim ${share} at each end of ${values.length} values`);
  const cut = Math.floor(share * values.length);
  const kept = [...values].sort((a, b) => a - b).slice(cut, values.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
};
