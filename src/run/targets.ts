/** From measurements to the target that a metric judges, with the evidence a red verdict prints. */
import type { Broker } from '../broker/broker.ts';
import type { BatchParity, Measured, Relation, Visit } from '../broker/measurement.ts';
import type { Case } from '../cases/case.ts';
import { modelOf } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { describeMismatch } from '../compare/describe.ts';
import { parityTarget } from '../judge/parity.ts';
import type { ParityTarget } from '../judge/parity.ts';
import type { Metric, Target } from '../metrics/metric.ts';
import { toSample } from '../stats/sample.ts';

export interface Taken {
  readonly measured: Measured<Target>;
  /** Lines beyond the judgement's own. */
  readonly evidence: readonly string[];
}

export async function takeTarget(broker: Broker, project: Project, { id }: Metric, subject: Case): Promise<Taken> {
  switch (id) {
    case 'parity':
      return withEvidence(await broker.visit(subject));
    case 'memory':
      return plain(await broker.visit(subject), ({ peakBytes }) => peakBytes);
    case 'accuracy': {
      const { precision = 'float32' } = modelOf(project, subject.model).card.artifacts[subject.artifact] ?? {};
      return plain(await broker.accuracy(subject), (accuracy) => ({ ...accuracy, precision }));
    }
    case 'size':
      return plain(await broker.size(subject), (bytes) => bytes);
    case 'load':
      return plain(await broker.latency(subject), ({ load }) => toSample(load));
    case 'first':
      return plain(await broker.latency(subject), ({ first }) => toSample(first));
    case 'latency':
      return plain(await broker.latency(subject), ({ batches }) => toSample(batches[0]?.steady ?? []));
    default:
      throw new Error(`nothing measures ${id}`);
  }
}

const plain = <T>(measured: Measured<T>, take: (value: T) => Target): Taken => ({
  measured: measured.ok ? { ok: true, value: take(measured.value) } : measured,
  evidence: [],
});

/** The furthest batch size and relation is the one that is judged; what proves nothing goes first. */
export function worstRelation({ batches }: Visit): { readonly batch: BatchParity; readonly relation: Relation } | null {
  const all = batches.flatMap((batch) => batch.relations.map((relation) => ({ batch, relation })));
  const rank = ({ relation: { comparison } }: (typeof all)[number]): number => (comparison.vacuous === null ? comparison.excess : Infinity);
  return all.reduce<(typeof all)[number] | null>((worst, each) => (worst === null || rank(each) > rank(worst) ? each : worst), null);
}

/** What judges parity of one relation. */
export const targetOf = ({ comparison, against }: Relation): ParityTarget => parityTarget(comparison.outputs, comparison.vacuous, against);

function withEvidence(measured: Measured<Visit>): Taken {
  if (!measured.ok) return { measured, evidence: [] };
  const worst = worstRelation(measured.value);
  if (worst === null) return { measured: { ok: true, value: parityTarget([], null, 'nothing') }, evidence: [] };
  return { measured: { ok: true, value: targetOf(worst.relation) }, evidence: evidenceOf(worst.batch, worst.relation) };
}

function evidenceOf({ batch }: BatchParity, { comparison, explanation, against }: Relation): readonly string[] {
  const furthest = comparison.outputs.toSorted((a, b) => b.excess - a.excess)[0];
  if (furthest === undefined || explanation === null) return [];
  const [, ...lines] = describeMismatch(furthest, { reference: against, explanation, flips: comparison.flips });
  const flips = comparison.flips === null ? '' : `; ${comparison.flips.count} of ${comparison.flips.n} predictions change`;
  return [`seen at batch ${batch}${flips}`, ...lines];
}

