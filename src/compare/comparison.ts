/** What a comparison of (actual, expected) says. Results are plain data, safe to send as JSON once non-finite numbers are encoded. */

/**
 * The layered tolerance (reference: PyTorch's assert_close table for atol and rtol; NMSE as in llama.cpp's test-backend-ops).
 * An element passes if |actual - expected| <= atol * max(1, rms(expected)) + rtol * |expected|.
 */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
  /** Greatest allowed sum((actual - expected)^2) / sum(expected^2); mean((actual - expected)^2) where expected is zero throughout. */
  readonly nmse: number;
  /** NaN against NaN at the same place: refused, unless the card says it is part of the answer. Infinities must agree in place and sign. */
  readonly nan: 'refuse' | 'equal';
}

/** L0 to L3 of one output. */
export interface TensorComparison {
  readonly output: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /** L0: null, or what is wrong with names, dims, dtype or non-finite values, as a sentence. */
  readonly structure: string | null;
  readonly count: number;
  /** Elements outside the element tolerance (L1). */
  readonly mismatched: number;
  /** Equal elements; +0 equals -0. */
  readonly identical: number;
  /** Greatest |actual - expected| where both are finite; NaN if dims or dtype are wrong. */
  readonly maxAbs: number;
  /** Root mean square of the finite expected elements; NaN if dims or dtype are wrong. */
  readonly rms: number;
  /** Normalised mean squared error (L3); NaN if structure is wrong. */
  readonly nmse: number;
  /**
   * Smallest multiple of the tolerance that passes all layers: <= 1 matches, Infinity where no tolerance can. The greater of
   * max |d| / (atol * max(1, rms) + rtol * |e|) and sqrt(nmse / allowed): NMSE is a power, so the multiple is squared there.
   */
  readonly excess: number;
  /** Smallest element tolerance (L1) that would pass, in the given one's proportion of atol to rtol (all atol if both are 0). */
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
  /** Counts of |difference| by decade: edges[i] <= |d| < edges[i + 1]. Identical and non-finite elements are in none. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  readonly maxUlp: number | null;
}
