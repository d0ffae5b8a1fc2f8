/**
 * How far an answer may lie from the reference before it is another answer. Defaults by dtype, a card's overrides, and the
 * two relations of an INT8 artifact. Refuses negative and NaN numbers; integers have no tolerance at all.
 */
import type { Dtype } from '../tensor/tensor.ts';
import type { Tolerance } from './comparison.ts';

/** What a card (or a caller) may replace; numbers >= 0, as in the card's schema. */
export interface ToleranceOverride {
  readonly atol?: number;
  readonly rtol?: number;
  readonly nmse?: number;
  readonly nan?: Tolerance['nan'];
}

/** Integers and booleans: indices, token ids and masks are right or wrong. */
export const exact: Tolerance = { atol: 0, rtol: 0, nmse: 0, nan: 'refuse' };

/**
 * L1 is torch.testing.assert_close's table, which rejects 99.6 % of outputs silently rounded to float16 where ONNX's rtol 1e-3
 * accepts all. L3 refuses the next narrower format: rounding to float16 is NMSE 5e-8, rounding float64 to float32 is 5e-16.
 */
const byDtype: Partial<Record<Dtype, Tolerance>> = {
  float16: { atol: 1e-5, rtol: 1e-3, nmse: 1e-5, nan: 'refuse' },
  float32: { atol: 1e-5, rtol: 1.3e-6, nmse: 1e-9, nan: 'refuse' },
  float64: { atol: 1e-7, rtol: 1e-7, nmse: 1e-17, nan: 'refuse' },
};

/** The tolerance of an output: its dtype's default with the card's numbers in their place. An override never loosens integers. */
export function toleranceFor(dtype: Dtype, override: ToleranceOverride = {}): Tolerance {
  const base = byDtype[dtype];
  if (base === undefined) return exact;
  const { atol = base.atol, rtol = base.rtol, nmse = base.nmse, nan = base.nan } = override;
  for (const [name, value] of Object.entries({ atol, rtol, nmse })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be a number >= 0, got ${value}`);
  }
  return { atol, rtol, nmse, nan };
}

/**
 * An INT8 artifact against its float reference: only the aggregate error is bounded, single elements are free. What it may do to
 * decisions is judged over the data set (judge/settings.ts).
 */
export const quantizedAgainstFloat: Tolerance = { atol: Infinity, rtol: 0, nmse: 1e-3, nan: 'refuse' };

/**
 * A float16 artifact against its wider reference. Its outputs are rounded once, but each layer before them was as well, and errors of a
 * layer are as large as its values, not as the one value that comes of them: an element may lie as far off as a hundredth of the
 * outputs' RMS, ten steps of float16. The aggregate is the one of float16.
 */
export const float16AgainstWider: ToleranceOverride = { atol: 1e-2, rtol: 1e-3, nmse: 1e-5 };

/**
 * The same INT8 artifact on two backends: integer sums agree exactly, so only where a value lies on a rounding edge may a code differ
 * by one. Convolutional networks agree bit for bit here; in a small transformer one such tip moved an output by 0.04 (NMSE 4e-6),
 * and which values lie on an edge differs from CPU to CPU: room for ten of them, still 20 times tighter than against float.
 */
export const int8AcrossBackends: Tolerance = { atol: 0.1, rtol: 0, nmse: 5e-5, nan: 'refuse' };
