/** Every margin of the judge, in one place. They are wide on purpose: unpaired latencies of different sessions drift (docs: gating), and a red must be worth reading. */

export interface LatencyMargins {
  /** Changes up to here are nobody's business; `slower` lies surely above. Fraction of the baseline. */
  readonly margin: number;
  /** `steady` lies surely below. */
  readonly budget: number;
  /** `faster` is surely lower by more than this. */
  readonly faster: number;
  /** Greatest over smallest of equal fresh processes from which on the machine is unusable. */
  readonly unusable: number;
}

export const steadyMargins: LatencyMargins = { margin: 0.15, budget: 0.3, faster: 0.15, unusable: 3 };
/** Opening and the first inference read disks and compile: one order noisier. */
export const startMargins: LatencyMargins = { margin: 0.5, budget: 1, faster: 0.5, unusable: 30 };

/** One-sided error of a red (and of `faster`): a verdict that needs more certainty than the samples can give is not given. */
export const falseAlarm = 0.005;
/** One-sided error of `steady`, which is no alarm. */
export const falseCalm = 0.05;

/** Bytes: allowed is relative * baseline + absolute. */
export const sizeMargin = { relative: 0, absolute: 0 } as const;
export const memoryMargin = { relative: 0.2, absolute: 16 * 2 ** 20 } as const;

export const parityLimits = {
  /** A blessed divergence may grow to this multiple. */
  divergence: 2,
  /** Within the tolerance, but this multiple of the blessed excess: something changed. */
  drift: 10,
  /** Multiples of the tolerance below which drift is rounding. */
  floor: 0.02,
} as const;

export const accuracyLimits = {
  /** Quantized: fraction of n that may differ from the blessed count. */
  drift: 0.002,
  /** Quantized, where the card says nothing: fraction of n below the reference, and of decisions that flip. */
  accuracyLoss: 0.005,
  flips: 0.01,
} as const;
