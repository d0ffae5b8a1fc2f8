/** A sample: positive measurements, sorted once. Refuses the empty, the non-finite, zero and below: no duration or size is any of these. */

declare const sorted: unique symbol;
/** Ascending, finite, above zero, not empty. Only `toSample` makes one. */
export type Sample = readonly number[] & { readonly [sorted]: true };

/** A measurement that cannot be one; a fault of the measuring side, not of a user. */
export class InvalidSample extends Error {
  override readonly name = 'InvalidSample';
}

/** Sorts a copy. Throws InvalidSample. Values in base units (seconds, bytes). */
export const toSample = (values: Iterable<number>): Sample => {
  const copy = [...values];
  if (copy.length === 0) throw new InvalidSample('a sample needs at least one measurement');
  // Written so that NaN is refused.
  const wrong = copy.find((value) => !(value > 0 && value < Infinity));
  if (wrong !== undefined) throw new InvalidSample(`a measurement must be finite and above zero, is ${wrong}`);
  return copy.sort((a, b) => a - b) as readonly number[] as Sample;
};

export const minimum = (sample: Sample): number => at(sample, 0);
export const maximum = (sample: Sample): number => at(sample, sample.length - 1);
export const median = (sample: Sample): number => quantile(sample, 0.5);

/** Linear between order statistics: R's type 7 (Hyndman and Fan, 1996). Throws RangeError outside 0..1. */
export const quantile = (sample: Sample, p: number): number => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile lies in 0..1, is ${p}`);
  const position = p * (sample.length - 1);
  const below = Math.floor(position);
  const low = at(sample, below);
  return low + (position - below) * (at(sample, Math.ceil(position)) - low);
};

/** Greatest over smallest, at least 1: how far apart equal work came out. */
export const spread = (sample: Sample): number => maximum(sample) / minimum(sample);

const at = (sample: Sample, index: number): number => {
  const value = sample[index];
  if (value === undefined) throw new RangeError(`no measurement ${index} in a sample of ${sample.length}`);
  return value;
};
