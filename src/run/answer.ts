/** A measured case with everything that judging it needs, and the one way to judge it: pure, the same for specs and the command line. */
import type { Value } from '../baselines/baseline.generated.ts';
import type { Measured } from '../broker/measurement.ts';
import type { Case } from '../cases/case.ts';
import { figuresOf } from '../judge/paired-evidence.ts';
import type { PairedFigures } from '../judge/paired-evidence.ts';
import type { Pairing } from '../judge/steady.ts';
import { applyPolicy } from '../judge/policy.ts';
import type { PolicyContext } from '../judge/policy.ts';
import type { Verdict } from '../judge/verdict.ts';
import { judgeMetric } from '../metrics/metric.ts';
import type { JudgeContext, Metric, MetricJudgement, Target } from '../metrics/metric.ts';

export interface Answer {
  readonly case: Case;
  /** The measured target, or why there is none. */
  readonly measured: Measured<Target>;
  readonly baseline: Value | null;
  readonly context: JudgeContext;
  readonly policy: PolicyContext;
  /** Evidence beyond the judgement's own sentences, printed with a red verdict. */
  readonly evidence: readonly string[];
}

export interface Ruling {
  readonly verdict: Verdict;
  readonly red: boolean;
  /** What and how much, worst first. */
  readonly sentences: readonly string[];
  /** Of a verdict by pairs with the version before, in which what was blessed has no part; else null. */
  readonly paired: PairedFigures | null;
  /** What it was judged with beside what was blessed: holds as well after a bless. */
  readonly pairings: readonly Pairing[];
  /** See JudgeContext. */
  readonly waiting: number | null;
}

export function judgeAnswer(metric: Metric, { measured, baseline, context, policy, evidence }: Answer): Ruling {
  const judgement: MetricJudgement = measured.ok
    ? judgeMetric(metric, measured.value, baseline ?? undefined, context)
    : { verdict: measured.failure.kind, sentences: [measured.failure.reason] };
  const { red, sentences } = applyPolicy(judgement, policy);
  const said = red ? [...sentences, ...evidence] : sentences;
  return {
    verdict: judgement.verdict,
    red,
    sentences: said,
    paired: judgement.evidence ? figuresOf(judgement.evidence) : null,
    pairings: context.pairings,
    waiting: context.waiting,
  };
}
