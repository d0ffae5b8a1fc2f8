/** Orders by how far off each is. */

/** Furthest first, equal ones as they came. NaN leads: what has no excess at all must not hide behind what has one. */
export const worstFirst = <T>(all: readonly T[], excessOf: (each: T) => number): readonly T[] => {
  const rank = (each: T): number => {
    const excess = excessOf(each);
    return Number.isNaN(excess) ? Infinity : excess;
  };
  // Not by subtracting: Infinity - Infinity is NaN.
  return all.toSorted((a, b) => Number(rank(b) > rank(a)) - Number(rank(a) > rank(b)));
};
