/** Numbers and places as sentences show them: few digits, no surprises. */

/** Two or three significant digits: plain between 0.001 and 999999, scientific outside; NaN and infinities by name. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e');
  return String(size >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits)));
}

/** Two significant digits, rounded up: a tolerance printed so does pass. */
export function atLeast(value: number): string {
  const rounded = Number(value.toPrecision(2));
  if (!(rounded < value)) return significant(rounded, 2);
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return significant(rounded + step, 2);
}

/** Row-major position -> index on every axis. */
export function indexAt(dims: readonly number[], position: number): number[] {
  let rest = position;
  return dims
    .toReversed()
    .map((axis) => {
      const index = rest % axis;
      rest = (rest - index) / axis;
      return index;
    })
    .toReversed();
}

export const place = (index: readonly number[]): string => `[${index.join(', ')}]`;
