/** What a comparison of (actual, expected) says. Results are plain data, safe to send as JSON once non-finite numbers are encoded. */

/**
 * The layered tolerance (reference: PyTorch's assert_close table for atol and rtol; NMSE as in llama.cpp's test-backend-ops).
 * An element passes if |actual - expected| <= atol * max(1, rms(expected)) + rtol * |expected|.
 */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
  /** Greatest allowed sum((actual - expected)^2) / sum(expected^2). */
  readonly nmse: number;
  /** NaN against NaN at the same place: refused, unless the card says it is part of the answer. Infinities must agree in place and sign. */
  readonly nan: 'refuse' | 'equal';
}

/** L0 to L3 of one output, from one pass over the data. */
export interface TensorComparison {
  readonly output: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /** L0: null, or what is wrong with names, dims, dtype or non-finite values, as a sentence. */
  readonly structure: string | null;
  readonly count: number;
  /** Elements outside the element tolerance (L1). */
  readonly mismatched: number;
  readonly identical: number;
  readonly maxAbs: number;
  readonly rms: number;
  /** Normalised mean squared error (L3); NaN if structure is wrong. */
  readonly nmse: number;
  /** Multiple of the tolerance (all layers) that would just pass: <= 1 matches, Infinity where no tolerance can. */
  readonly excess: number;
  /** Smallest element tolerance that would pass, in the default's proportion of atol to rtol. */
  readonly passing: { readonly atol: number; readonly rtol: number };
  readonly tolerance: Tolerance;
}

export interface WorstElement {
  readonly index: readonly number[];
  readonly actual: number;
  readonly expected: number;
  readonly difference: number;
  /** Units in the last place of the output's dtype between the two; null for integers. */
  readonly ulp: number | null;
}

/** The second pass, made only on failure or request. */
export interface Explanation {
  readonly worst: readonly WorstElement[];
  /** Counts of |difference| by decade: edges[i] <= |d| < edges[i + 1]. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  readonly maxUlp: number | null;
}
