/** Tensors for these specs, and the comparison's slow and obvious twin. */
import { encodeFloat16 } from '../../../src/tensor/float16.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { Dtype, Tensor, TensorData } from '../../../src/tensor/tensor.ts';
import type { Tolerance } from '../../../src/compare/comparison.ts';
import { normal, randomFrom } from '../../../src/stats/random.ts';

const stores: Record<string, (values: readonly number[]) => TensorData> = {
  float64: (values) => Float64Array.from(values),
  float32: (values) => Float32Array.from(values),
  float16: (values) => Uint16Array.from(values, encodeFloat16),
  int64: (values) => BigInt64Array.from(values, BigInt),
  int32: (values) => Int32Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values),
};

export const of = (dtype: Dtype, dims: readonly number[], values: readonly number[]): Tensor =>
  tensor(dtype, dims, stores[dtype]!(values));

export const f32 = (...values: number[]): Tensor => of('float32', [values.length], values);
export const f64 = (...values: number[]): Tensor => of('float64', [values.length], values);

/** Logits of rms near 2 as a classifier gives them: [rows, classes], no two rows alike. */
export function logits(rows = 64, classes = 10, seed = 7): Tensor {
  const random = randomFrom(seed);
  const values = Array.from({ length: rows * classes }, () => 2 * normal(random));
  return of('float32', [rows, classes], values);
}

export const mapped = (from: Tensor, change: (value: number, position: number) => number): Tensor =>
  of(from.dtype, from.dims, Array.from(from.data as Float32Array, change));

export interface Oracle {
  readonly mismatched: number;
  readonly identical: number;
  readonly greatest: number;
  readonly rms: number;
  readonly nmse: number;
  readonly fault: boolean;
}

/** By definition, with no thought of speed. */
export function oracle(actual: readonly number[], expected: readonly number[], tolerance: Tolerance): Oracle {
  const finite = expected.filter(Number.isFinite);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const power = mean(finite.map((value) => value ** 2));
  const rms = Math.sqrt(power);
  const pairs = actual.map((a, i) => [a, expected[i]!] as const);
  const same = ([a, e]: readonly [number, number]): boolean =>
    a === e || (tolerance.nan === 'equal' && Number.isNaN(a) && Number.isNaN(e));
  const passes = ([a, e]: readonly [number, number]): boolean =>
    same([a, e]) ||
    (Number.isFinite(a) &&
      Number.isFinite(e) &&
      Math.abs(a - e) / (tolerance.atol * Math.max(1, rms) + tolerance.rtol * Math.abs(e)) <= 1);
  const both = pairs.filter(([a, e]) => Number.isFinite(a) && Number.isFinite(e));
  const error = mean(both.map(([a, e]) => (a - e) ** 2));
  return {
    mismatched: pairs.filter((pair) => !passes(pair)).length,
    identical: pairs.filter(same).length,
    greatest: Math.max(0, ...both.map(([a, e]) => Math.abs(a - e))),
    rms,
    nmse: error === 0 ? 0 : error / (power > 0 ? power : 1),
    fault: pairs.some((pair) => !same(pair) && !(Number.isFinite(pair[0]) && Number.isFinite(pair[1]))),
  };
}

/**
 * The tolerance that differences `factor` times as large just meet: L1 is linear in the difference, L3 quadratic.
 * So `excess` is the one factor by which scaling a tolerance turns a mismatch into a match.
 */
export const scaleTolerance = (tolerance: Tolerance, factor: number): Tolerance => ({
  ...tolerance,
  atol: tolerance.atol * factor,
  rtol: tolerance.rtol * factor,
  nmse: tolerance.nmse * factor ** 2,
});
