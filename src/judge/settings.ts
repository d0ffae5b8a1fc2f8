/** Every margin of the judge, in one place. Unpaired ones are wide on purpose: latencies of different sessions drift (docs/decisions/0008), and a red must be worth reading. */
import { looksOf, type PlannedLook } from '../stats/sequential.ts';

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
/** Against days of bless: between them lies what the machine differs by itself, so little need be added. */
export const dayMargins: LatencyMargins = { margin: 0.01, budget: 0.1, faster: 0.05, unusable: 3 };
/** Fewer do not know by how much days differ. */
export const leastDays = 4;
/** More are not kept. */
export const mostDays = 8;
/** One-sided error of a red (and of `faster`) against days; what is seen again by fresh processes, or in pairs, is rarer. */
export const dayAlarm = 0.02;

/** Opening and the first inference read disks and compile: one order noisier. */
export const startMargins: LatencyMargins = { margin: 0.5, budget: 1, faster: 0.5, unusable: 30 };

/** One-sided error of a red (and of `faster`): a verdict that needs more certainty than the samples can give is not given. */
export const falseAlarm = 0.005;
/** One-sided error of `steady`, which is no alarm. */
export const falseCalm = 0.05;

/** Of the paired gate: fractions of the base. */
export interface PairedSettings {
  /** As above, but `faster` mirrors it: surely below 1 / (1 + margin). */
  readonly margin: number;
  readonly budget: number;
  /** One-sided chance of a false `slower` over all looks and both channels; of a false `faster` as well. */
  readonly alpha: number;
  /** The tail moves more than its place, and matters less. */
  readonly tailMargin: number;
  /** Opinions that differ surely by more say that the shape changed. */
  readonly shapeMargin: number;
  /** From the 10th to the 90th percentile of equal work: a machine on which it is more is not fit. */
  readonly unusable: number;
  /** Of measuring, about, until the last look. */
  readonly seconds: number;
  readonly looks: readonly PlannedLook[];
  /** Fresh pairs that confirm a suspect of a suite: one look. Among very many cases more: see confirm.ts. */
  readonly confirming: number;
}

/** Share of alpha that the tail may spend, where there is one. */
export const tailShare = 0.1;

/** What a card may ask of the pairs of one case. */
export type PairedWishes = Partial<Pick<PairedSettings, 'margin' | 'budget' | 'alpha' | 'seconds'>>;

/** Of measuring a pair, about: see docs/gate.md. */
const pairSeconds = 0.8;
const firstLook = 8;
/** What a card may ask for at most: see card.schema.json. */
const mostSeconds = 40;
/** What each look may have spent. The first share is what eight pairs need to decide at all (1 in 256); the rest is saved for the looks that small slowdowns need. */
const spending = [0.45, 0.65, 0.8, 1];

/** Evenly spaced, the last at this many pairs. */
function planTo(most: number): readonly PlannedLook[] {
  const step = (most - firstLook) / (spending.length - 1);
  const looks = spending.map((spent, index) => ({ pairs: Math.round(firstLook + index * step), spent }));
  return looks.filter(({ pairs }, index) => pairs !== looks[index + 1]?.pairs);
}

/** Whether the last look can decide in both channels. */
const endsAble = (plan: readonly PlannedLook[], alpha: number): boolean =>
  [1 - tailShare, tailShare].every((share) => looksOf(plan, alpha * share).at(-1)?.pairs === plan.at(-1)?.pairs);

/** As many pairs as the seconds hold, at most 50 (signed-rank.ts), and no fewer than the last look needs to decide in both channels: a case must be able to be red. */
export function pairedSettingsOf({
  margin = 0.005,
  budget = 0.03,
  alpha = 0.01,
  seconds = 16,
}: PairedWishes = {}): PairedSettings {
  let most = Math.max(firstLook, Math.floor(seconds / pairSeconds));
  while (!endsAble(planTo(most), alpha)) most += 1;
  return {
    margin,
    budget,
    alpha,
    seconds,
    // All calls that get slower by the margin make the tail longer by it.
    tailMargin: Math.max(0.1, margin),
    shapeMargin: 0.01,
    unusable: 2,
    looks: planTo(most),
    confirming: Math.round(0.5 * most),
  };
}

export const pairedSettings: PairedSettings = pairedSettingsOf();

/** What a card would ask for so that its case may take so many pairs; null where it cannot. */
export const secondsFor = (pairs: number): number | null => {
  const seconds = Math.ceil(pairs * pairSeconds);
  return seconds <= mostSeconds ? seconds : null;
};

/** How often the visible slowdown is seen. */
export const visiblePower = 0.9;

/** Bytes: allowed is relative * baseline + absolute. */
export const sizeMargin = { relative: 0, absolute: 0 } as const;
export const memoryMargin = { relative: 0.2, absolute: 16 * 2 ** 20 } as const;
/**
 * Of backends whose code is compiled while it runs: what their compiler holds at the peak is a matter of timing. The same visit of a
 * float16 model in ort-web/wasm peaked at 301 to 369 MiB under Node 20, of an INT8 one at 202 to 331 MiB under Node 24.
 */
export const jitMemoryMargin = { relative: 1, absolute: 16 * 2 ** 20 } as const;

export const parityLimits = {
  /** A blessed divergence may grow to this multiple. */
  divergence: 2,
  /** Within the tolerance, but this multiple of the blessed excess: something changed. */
  drift: 10,
  /** Multiples of the tolerance below which drift is rounding. */
  floor: 0.02,
} as const;

/** Between two artifacts, or of one against itself. */
export const relationLimits = {
  /** Bytes over the parent's. A quarter and a half are the weights; the rest is scales and what stays float, or is in no tensor. */
  size: { int8: 0.3, float16: 0.55 },
  /** Fraction of n by which the number of right answers may differ from the parent's. */
  accuracy: 0.005,
  /** Of the greatest throughput, at the knee. */
  knee: 0.95,
  /** What was measured, beyond its promise, and blessed, may move by this. */
  slack: 0.05,
  /** Of an exact one, whose blessed figure has four digits. */
  rounding: 0.0005,
  /** Share of its time that a process may be kept from its core: long calls lose more by it than short ones. */
  waiting: 0.05,
  /** Two-sided, of what fresh processes say. */
  level: 0.95,
} as const;

export const accuracyLimits = {
  /** Quantized: fraction of n that may differ from the blessed count. */
  drift: 0.002,
  /**
   * Quantized, where the card says nothing: fraction of n below the reference, and of decisions that flip. MLPerf asks 99 % of the
   * reference's accuracy; CNNs of CIFAR size lose less than 0.5 % and flip less than 1 %.
   */
  accuracyLoss: 0.005,
  flips: 0.01,
} as const;
