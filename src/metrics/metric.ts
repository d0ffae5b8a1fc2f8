/**
 * What a metric is: one file of this folder that exports `metric`. A metric knows where its baseline is true and how it is judged;
 * it refuses values that do not have its shape. Measuring and storing are somebody else's work; `take` picks its value from a measurement.
 */
import type { Accuracy, Days, Parity, Value } from '../baselines/baseline.generated.ts';
import type { AccuracyTarget, AccuracyTolerance } from '../judge/accuracy.ts';
import type { Divergence, ParityTarget } from '../judge/parity.ts';
import type { PairedEvidence } from '../judge/paired-evidence.ts';
import type { Pairing } from '../judge/steady.ts';
import type { RelationTarget } from '../judge/relation.ts';
import type { Judgement, Verdict } from '../judge/verdict.ts';
import type { Sample } from '../stats/sample.ts';
import type { Source, Sources } from './sources.ts';

/** One spec file each, and the words of `bless --only`. */
export const suites = ['parity', 'accuracy', 'size', 'latency', 'memory', 'relations'] as const;
export type Suite = (typeof suites)[number];

/** What is measured and what is committed, by shape. `scalar`: one number; `sample`: one number a fresh process; `days`: one sample a day. */
interface Shapes {
  readonly scalar: { readonly target: number; readonly value: number };
  readonly sample: { readonly target: Sample; readonly value: readonly number[] };
  /** A value that is no record was blessed before days were kept. */
  readonly days: { readonly target: Sample; readonly value: Readonly<Days> | readonly number[] };
  readonly parity: { readonly target: ParityTarget; readonly value: Parity };
  readonly accuracy: { readonly target: AccuracyTarget; readonly value: Accuracy };
  readonly relation: { readonly target: RelationTarget; readonly value: number };
}
export type Shape = keyof Shapes;
export type TargetOf<S extends Shape> = Shapes[S]['target'];
export type ValueOf<S extends Shape> = Shapes[S]['value'];
export type Target = TargetOf<Shape>;

/** What a judgement may depend on besides target and baseline. */
export interface JudgeContext {
  /** YYYY-MM-DD. */
  readonly today: string;
  /** The card's, for this case. */
  readonly divergence: Divergence | undefined;
  /** The card's, or `defaultAccuracyTolerance`. */
  readonly tolerance: AccuracyTolerance;
  /** With the version before, and with the anchor; of steady latency only. */
  readonly pairings: readonly Pairing[];
  /** Share of its time that others kept a process of a latency from its core; null where that is not known. */
  readonly waiting: number | null;
  /** Of the case's backend; false where there is none. */
  readonly jit?: boolean;
}

/** With the pairs that it rests on, of a metric that is judged by pairs. */
export interface MetricJudgement extends Judgement {
  readonly evidence?: PairedEvidence | null;
}

export interface Metric<S extends Shape = Shape, From extends Source = Source> {
  readonly id: string;
  readonly suite: Suite;
  /** Whether its baseline is true everywhere or on one machine only. */
  readonly scope: 'portable' | 'machine';
  readonly shape: S;
  /** The measurement that it is taken from; cases are planned by source. */
  readonly source: From;
  /** Whether pairs with the version before judge it. */
  readonly paired?: true;
  /** Whether values of INT8 artifacts are keyed by instruction-set class: their kernels differ, float ones agree within the tolerance. */
  readonly byClass?: true;
  take(measurement: Sources[From], precision: AccuracyTarget['precision']): TargetOf<S>;
  judge(target: TargetOf<S>, baseline: ValueOf<S> | undefined, context: JudgeContext): MetricJudgement;
  /** The value to commit. */
  round(target: TargetOf<S>): ValueOf<S>;
}

/** Judges, after checking that target and baseline have the metric's shape. Throws TypeError: a fault of the caller or of an edited baseline. */
export const judgeMetric = (
  metric: Metric,
  target: Target,
  baseline: Value | undefined,
  context: JudgeContext,
): MetricJudgement => {
  if (!fits[metric.shape](target)) throw new TypeError(`${metric.id} judges a ${metric.shape}`);
  if (baseline !== undefined && !hasShape(metric, baseline))
    throw new TypeError(`the baseline of ${metric.id} is no ${metric.shape}`);
  return metric.judge(target, baseline, context);
};

/** Whether a committed value is one of this metric. */
export const hasShape = (metric: Metric, value: Value): boolean => stored[metric.shape](value);

/** Whether bless must rewrite: only what has no baseline, left its budget, or could never be decided against so few processes. */
export const hasMoved = (verdict: Verdict, target: Target, baseline: Value | undefined): boolean => {
  if (baseline === undefined) return true;
  if (verdict === 'inconclusive')
    return Array.isArray(target) && Array.isArray(baseline) && target.length > baseline.length;
  return !calm.has(verdict);
};

const calm: ReadonlySet<Verdict> = new Set<Verdict>(['match', 'divergence', 'held', 'steady', 'unfit']);

/** Four significant digits: below any margin, and small diffs. */
export const fourDigits = (value: number): number => Number(value.toPrecision(4));

type Check = (value: unknown) => boolean;
const isNumber: Check = (value) => typeof value === 'number';
const has =
  (...keys: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' && value !== null && keys.every((key) => key in value);
/** No other value that is an object holds lists alone. */
export const isDays = (value: object): value is Days =>
  !Array.isArray(value) && Object.values(value).every((day) => isSample(day));
const isSample: Check = (value) => Array.isArray(value) && value.length > 0 && value.every(isNumber);

const fits: Readonly<Record<Shape, Check>> = {
  scalar: isNumber,
  sample: isSample,
  days: isSample,
  parity: has('excess', 'comparisons'),
  accuracy: has('correct', 'nearTies'),
  relation: has('figure', 'range'),
};
const stored: Readonly<Record<Shape, Check>> = {
  scalar: isNumber,
  sample: isSample,
  days: (value) => isSample(value) || (typeof value === 'object' && value !== null && isDays(value)),
  parity: has('excess', 'nmse'),
  accuracy: has('correct', 'flips'),
  relation: isNumber,
};
