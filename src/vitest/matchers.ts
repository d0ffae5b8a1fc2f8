/**
 * Matchers judge an answer and note the verdict in the test's meta, where the reporter collects it. Messages are ready text:
 * Vitest's differ is quadratic on tensors and never sees one.
 */
import { expect } from 'vitest';
import type { MatcherState } from 'vitest';
import { covers, readOnly } from '../baselines/only.ts';
import type { Case } from '../cases/case.ts';
import { caseId, caseName } from '../cases/case.ts';
import { loadMetrics } from '../metrics/registry.ts';
import type { Metric, Suite, Target } from '../metrics/metric.ts';
import { judgeAnswer } from '../run/answer.ts';
import type { Answer, Ruling } from '../run/answer.ts';
import { acceptLine, replayLine } from '../run/lines.ts';

/** What the reporter needs of one judged case; survives structured clone. */
export interface Recorded extends Ruling {
  readonly case: Case;
  readonly target: Target | null;
  /** Red, and about to be blessed. */
  readonly accepted: boolean;
}

declare module 'vitest' {
  interface TaskMeta {
    /** One a judged case: a test may judge several. */
    onpar?: Recorded[];
  }
}

interface OnparMatchers<R = unknown> {
  /** The answer's numbers are those of its reference, within the layered tolerance. */
  toMatchParity(): R;
  /** The answer is no worse than what was blessed. */
  toHoldBaseline(): R;
  /** Both sides stand to each other as promised, or as blessed. */
  toHoldRelation(): R;
}

declare module 'vitest' {
  // eslint-disable-next-line -- Vitest 4 and 5 parametrize `Matchers` differently; `Assertion` merges under both.
  interface Assertion<T = any> extends OnparMatchers<T> {}
}

const metrics = await loadMetrics();

function judge(
  state: MatcherState,
  received: unknown,
  suites: readonly Suite[],
): { pass: boolean; message: () => string } {
  if (state.isNot) throw new Error('a verdict cannot be negated: assert on judgeAnswer(...) instead');
  const answer = received as Answer;
  const metric = metrics.get(answer?.case?.metric);
  if (metric === undefined) throw new TypeError('expected an answer of measure(case)');
  if (!suites.includes(metric.suite))
    throw new TypeError(`${metric.id} belongs to ${metric.suite}: use the matcher of that suite`);
  const ruling = judgeAnswer(metric, answer);
  const accepted = ruling.red && isBlessed(state, metric, answer, ruling);
  record(state, answer, ruling, accepted);
  return { pass: !ruling.red || accepted, message: () => describe(metric, answer, ruling) };
}

function record(state: MatcherState, answer: Answer, ruling: Ruling, accepted: boolean): void {
  const { task } = state as unknown as { task?: { meta: { onpar?: Recorded[] } } };
  if (task === undefined)
    throw new Error('a concurrent test judges by its own expect: test(id, async ({ expect }) => …)');
  const target = answer.measured.ok ? answer.measured.value : null;
  // A test that is tried again judges again.
  const others = (task.meta.onpar ?? []).filter((each) => caseName(each.case) !== caseName(answer.case));
  task.meta.onpar = [...others, { ...ruling, case: answer.case, target, accepted }];
}

/** Under -u the run accepts what was measured; the reporter writes it, or says why it may not. */
function isBlessed(state: MatcherState, metric: Metric, { measured }: Answer, { verdict, paired }: Ruling): boolean {
  const { snapshotState } = state as unknown as { snapshotState: { snapshotUpdateState?: string } };
  const kinds = readOnly(process.env['ONPAR_BLESS_ONLY']);
  const updates = snapshotState.snapshotUpdateState === 'all';
  return updates && measured.ok && paired === null && verdict !== 'vacuous' && covers(kinds, metric.suite);
}

function describe(metric: Metric, answer: Answer, ruling: Ruling): string {
  const { verdict, sentences } = ruling;
  const id = caseId(answer.case);
  const accept = acceptLine(metric, answer.case, { verdict, paired: ruling.paired !== null });
  return [
    `${metric.id} ${verdict}: ${id}`,
    ...sentences.map((sentence) => `  ${sentence}`),
    `replay   ${replayLine(metric, answer.case)}`,
    ...(accept === null ? [] : [`accept   ${accept}`]),
  ].join('\n');
}

expect.extend({
  toMatchParity(this: MatcherState, received: unknown) {
    return judge(this, received, ['parity']);
  },
  toHoldBaseline(this: MatcherState, received: unknown) {
    return judge(this, received, ['accuracy', 'size', 'latency', 'memory']);
  },
  toHoldRelation(this: MatcherState, received: unknown) {
    return judge(this, received, ['relations']);
  },
});
