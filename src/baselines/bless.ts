/**
 * Which committed values change when a run is accepted: only what is new or left its budget. Pure: baselines in, planned files out.
 * Refuses a run that was not healthy, checks that prove nothing, a mismatch without a reason, and one that no tolerance could pass.
 */
import type { ParityTarget } from '../judge/parity.ts';
import { defaultAccuracyTolerance } from '../judge/accuracy.ts';
import { standingOf, type Verdict } from '../judge/verdict.ts';
import { hasMoved, judgeMetric, type Metric, type Target } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Baseline, Days, Parity, Value } from './baseline.generated.ts';
import { changedFiles, type Changes, type PlannedFile } from './changes.ts';
import { hasRoom, told, withDay } from './days.ts';
import type { Machine } from './fingerprint.ts';
import { obsoleteValues, type CaseName } from './obsolete.ts';
import { covers, type OnlyKinds } from './only.ts';
import { lookup, machineFile, type Baselines, type Lookup, type Metrics } from './store.ts';

export interface BlessTarget {
  readonly metric: Metric;
  readonly model: string;
  readonly key: string;
  readonly target: Target;
  /** What it was judged to be against the baselines that are handed in. */
  readonly verdict: Verdict;
}

export interface BlessOptions {
  readonly only: OnlyKinds;
  readonly reason: string | null;
  /** `healthy`, or why nothing of this run may be accepted, as a sentence. */
  readonly health: 'healthy' | { readonly problem: string };
  /** Every case there is, unavailable ones included: values of others are removed. `some` (a filtered run) removes nothing. */
  readonly planned: 'some' | readonly CaseName[];
  /** YYYY-MM-DD: when a mismatch that is blessed now must be looked at again. */
  readonly expires: string;
  readonly provenance: Omit<Baseline['provenance'], 'reason'>;
  readonly machine: Machine;
  readonly metrics: Metrics;
}

export interface BlessPlan {
  readonly root: string;
  readonly files: readonly PlannedFile[];
  /** One line a value: what moved, what is new, what was removed. */
  readonly moved: readonly string[];
  /** One line a target that was left out, and why. */
  readonly left: readonly string[];
}

/** Throws BadInput if anything asked for may not be accepted; then nothing is written. */
export const planBless = (
  targets: readonly BlessTarget[],
  baselines: Baselines,
  options: BlessOptions,
): BlessPlan => {
  if (options.health !== 'healthy')
    throw refused(options.health.problem, 'bless', 'Make the run pass or fail by itself, then bless.');
  const chosen = targets.filter(({ metric }) => covers(options.only, metric.suite));
  const changes: Changes = { set: new Map(), removed: new Map() };
  const moved: string[] = [];
  const left: string[] = [];
  for (const target of chosen) {
    const found = lookup(baselines, target.metric, target.model, target.key);
    const old = found.state === 'present' ? found.value : undefined;
    if (isKnownElsewhere(target, found, options)) continue;
    if (!mustWrite(target, old, options.provenance.date)) continue;
    const why = whyLeft(target);
    if (why !== null) {
      left.push(`${nameOf(target)}: ${why}`);
      continue;
    }
    const value = acceptedValue(target, old, options);
    changes.set.set(nameOf(target), { target, value });
    moved.push(`${nameOf(target)}: ${old === undefined ? 'new' : told(old)} -> ${told(value)}`);
  }
  moved.push(...removeObsolete(baselines, options, changes));
  return {
    root: baselines.root,
    files: changedFiles(changes, baselines, options),
    moved: [...new Set(moved)],
    left,
  };
};

/** A latency that holds is worth one more day, until there are enough to know how days differ. */
const mustWrite = ({ metric, verdict, target }: BlessTarget, old: Value | undefined, date: string): boolean =>
  metric.shape === 'days' && old !== undefined && (verdict === 'steady' || verdict === 'inconclusive')
    ? hasRoom(old, date)
    : hasMoved(verdict, target, old);

/** A class of instructions whose values are those of another needs no value of its own; what is red without one does. */
const isKnownElsewhere = (target: BlessTarget, found: Lookup, options: BlessOptions): boolean =>
  found.state === 'new-class' &&
  standingOf(target.verdict) !== 'red' &&
  found.elsewhere.some((value) => agrees(target, value, options));

const agrees = ({ metric, target }: BlessTarget, value: Value, { provenance }: BlessOptions): boolean => {
  const context = {
    today: provenance.date,
    divergence: undefined,
    tolerance: defaultAccuracyTolerance,
    pairings: [], waiting: null,
  };
  return standingOf(judgeMetric(metric, target, value, context).verdict) === 'held';
};

const nameOf = ({ metric, model, key }: BlessTarget): string => `${model} ${metric.id} ${key}`;

/** Left out without refusing the rest: nothing is wrong, but it is no baseline. */
const whyLeft = ({ verdict, metric, target }: BlessTarget): string | null => {
  if (verdict === 'unfit') return 'the machine was not fit to measure';
  if (metric.shape === 'relation' && verdict === 'inconclusive') return 'whether it is as promised is not decided';
  const few = (metric.shape === 'sample' || metric.shape === 'days') && Array.isArray(target) && target.length < 2;
  return few ? 'one fresh process is no baseline: measure at least 2' : null;
};

const acceptedValue = (blessed: BlessTarget, old: Value | undefined, options: BlessOptions): Value => {
  const { metric, target, verdict, model } = blessed;
  if (verdict === 'vacuous')
    throw refused(
      'the check proves nothing',
      nameOf(blessed),
      'Correct the check: there is nothing to accept.',
    );
  if (metric.scope === 'machine' && `${model}.json` === machineFile)
    throw refused(
      `the model is called ${model}`,
      nameOf(blessed),
      `Rename it: ${machineFile} describes the machine.`,
    );
  const value = metric.round(target) as Value;
  if (metric.shape === 'relation') return acceptedRelation(blessed, value as number, options);
  if (metric.shape === 'days') return withDay(old, options.provenance.date, value as Days[string], verdict);
  return metric.shape === 'parity'
    ? acceptedParity(blessed, value as Parity, old as Parity | undefined, options)
    : value;
};

/** What is no ratio is never accepted: no later run could hold anything against it. */
const acceptedRelation = (blessed: BlessTarget, figure: number, { reason }: BlessOptions): Value => {
  if (!(figure > 0 && figure < Infinity))
    throw refused(`${figure} is no ratio`, nameOf(blessed), 'Correct what the relation is taken of.');
  if (blessed.verdict === 'regressed') reasonFor('a broken promise', blessed, reason);
  return figure;
};

const reasonFor = (what: string, blessed: BlessTarget, reason: string | null): string => {
  if (reason !== null && reason.trim() !== '') return reason;
  throw refused(`${what} is accepted only with a reason`, nameOf(blessed), "Say why: --reason '…'.");
};

/** A mismatch beyond the tolerance becomes a known divergence, with a reason and an end. */
const acceptedParity = (
  blessed: BlessTarget,
  value: Parity,
  old: Parity | undefined,
  { reason, expires }: BlessOptions,
): Value => {
  const { excess } = blessed.target as ParityTarget;
  if (!(excess < Infinity) || !(value.nmse < Infinity))
    throw refused(
      'no tolerance could pass this',
      nameOf(blessed),
      'Correct the artifact or its card: this is no known divergence.',
    );
  if (blessed.verdict !== 'mismatch') return value;
  const wentAway = excess <= 1 && old?.divergence !== undefined;
  if (wentAway) return value;
  const why = reasonFor('a mismatch', blessed, reason);
  return excess <= 1 ? value : { ...value, divergence: { reason: why, expires } };
};

/** Values of a metric that is gone too go with a bless of everything. */
const removeObsolete = (
  baselines: Baselines,
  { planned, only, metrics }: BlessOptions,
  changes: Changes,
): readonly string[] => {
  if (planned === 'some') return [];
  const files = [...baselines.portable.values(), ...baselines.machine.values()];
  const gone = obsoleteValues(files, planned).filter(({ metric }) => {
    const kind = metrics.get(metric)?.suite;
    return kind === undefined ? only === 'all' : covers(only, kind);
  });
  return gone.map(({ path, model, metric, key, value }) => {
    changes.removed.set(`${path} ${metric} ${key}`, { path, id: metric, key });
    return `${model} ${metric} ${key}: ${told(value)} -> removed, there is no such case any more`;
  });
};

const refused = (what: string, where: string, fix: string): BadInput =>
  new BadInput({ what: `not blessed: ${what}`, where, fix });
