/** A measured case with everything that judging it needs, and the one way to judge it: pure, the same for specs and the command line. */
import type { Value } from '../baselines/baseline.generated.ts';
import type { Measured } from '../broker/measurement.ts';
import type { Case } from '../cases/case.ts';
import { applyPolicy } from '../judge/policy.ts';
import type { PolicyContext } from '../judge/policy.ts';
import type { Judgement, Verdict } from '../judge/verdict.ts';
import { judgeMetric } from '../metrics/metric.ts';
import type { JudgeContext, Metric, Target } from '../metrics/metric.ts';

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
  /** By pairs with the version before: what was blessed has no part in it. */
  readonly paired: boolean;
}

export function judgeAnswer(metric: Metric, { measured, baseline, context, policy, evidence }: Answer): Ruling {
  const judgement: Judgement = measured.ok
    ? judgeMetric(metric, measured.value, baseline ?? undefined, context)
    : { verdict: measured.failure.kind, sentences: [measured.failure.reason] };
  const { red, sentences } = applyPolicy(judgement, policy);
  const paired = metric.paired && context.pairing.kind === 'paired';
  return { verdict: judgement.verdict, red, sentences: red ? [...sentences, ...evidence] : sentences, paired };
}
