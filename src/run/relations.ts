/** Measures relations: both sides by what measures each of them alone; speed by process pairs of the two, as the gate takes them. */
import type { Seat } from '../broker/seats.ts';
import { demandHere } from '../broker/availability.ts';
import type { Broker } from '../broker/broker.ts';
import { attempt, type Failure, type Measured } from '../broker/measurement.ts';
import type { Case } from '../cases/case.ts';
import { caseId } from '../cases/case.ts';
import { backendOf, modelOf, type Project } from '../cases/project.ts';
import type { Range, RelationTarget } from '../judge/relation.ts';
import type { LatencyVerdict } from '../judge/verdict.ts';
import { pairedSettings, relationLimits } from '../judge/settings.ts';
import { exactBytes, percent, short } from '../judge/words.ts';
import type { Latency } from '../metrics/sources.ts';
import { batchesOf } from '../models/card.ts';
import { openable } from '../models/recipe/cache.ts';
import { median, toSample } from '../stats/sample.ts';
import { medianInterval } from '../stats/two-sample.ts';
import { pairSuite, type PairedCase } from './pair-suite.ts';

export interface RelationOptions {
  readonly project: Project;
  readonly broker: Broker;
  readonly fingerprint: string;
  readonly tell: (line: string) => void;
}

export async function measureRelation(subject: Case, options: RelationOptions): Promise<Measured<RelationTarget>> {
  const { kind, than = '' } = subject.relation ?? { kind: 'size' };
  try {
    return await attempt(() => takers[kind](subject, than, options));
  } catch (error) {
    if (error instanceof SideFailed) return { ok: false, failure: error.failure };
    throw error;
  }
}

class SideFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

type Taker = (subject: Case, than: string, options: RelationOptions) => Promise<RelationTarget>;

const takers: Readonly<Record<NonNullable<Case['relation']>['kind'], Taker>> = {
  size: takeSize,
  accuracy: takeAccuracy,
  speed: takeSpeed,
  knee: (subject, _, options) => takeBatching(subject, options, 'knee'),
  gain: (subject, _, options) => takeBatching(subject, options, 'gain'),
};

async function takeSize(subject: Case, than: string, { broker, project }: RelationOptions): Promise<RelationTarget> {
  const own = valueOf(await broker.files(subject));
  const parent = valueOf(await broker.files({ ...subject, artifact: than }));
  const most = mostSize(modelOf(project, subject.model).card.artifacts[subject.artifact]?.precision);
  const told = `${subject.artifact} has ${exactBytes(own)}, ${than} ${exactBytes(parent)}: ${short(own / parent)} of it`;
  return { ...certain, figure: own / parent, range: { low: 0, high: most }, told, promise: `at most ${most}` };
}

/** Counted, not measured. */
const certain = { interval: null, doubt: null };

const mostSize = (precision: string | undefined): number =>
  precision === 'int8' || precision === 'float16' ? relationLimits.size[precision] : 1;

async function takeAccuracy(subject: Case, than: string, { broker }: RelationOptions): Promise<RelationTarget> {
  const own = valueOf(await broker.accuracy(subject));
  const parent = valueOf(await broker.accuracy({ ...subject, artifact: than }));
  const { accuracy } = relationLimits;
  const reach = (accuracy * own.n) / parent.correct;
  const points = (own.correct - parent.correct) / own.n;
  const told = `${subject.artifact} is right ${own.correct} times, ${than} ${parent.correct} times of ${own.n}: ${points < 0 ? '' : '+'}${short(points * 100)} points`;
  const range = { low: 1 - reach, high: 1 + reach };
  const doubt = parent.correct === 0 ? `${than} is never right` : null;
  const promise = `within ${accuracy * 100} points`;
  return { ...certain, doubt, figure: own.correct / parent.correct, range, told, promise };
}

/** The other side is the base: a ratio below 1 says that this one is faster. */
async function takeSpeed(subject: Case, than: string, options: RelationOptions): Promise<RelationTarget> {
  const { broker, project, fingerprint, tell } = options;
  const [artifact = '', ...place] = than.split('/');
  const ours = await seatOf(subject, options);
  const base = await seatOf({ ...subject, artifact, backend: place.join('/') }, options);
  const name = caseId(subject);
  const suite = { broker, against: than, tell, show: () => undefined, root: project.root, fingerprint };
  const paired = (await pairSuite([{ name, subject, base, ours }], suite)).get(name);
  if (paired === undefined) throw new Error('pairs were lost');
  if (!paired.ok) throw new SideFailed(lossOf(paired, paired.arm === 'base' ? base : ours));
  return { ...speedOf(paired, ours.label, than), promise: 'not slower' };
}

/** A side that dies is as red here as alone; only one that is not here may be left out. */
const lossOf = ({ how, reason, missing }: Extract<PairedCase, { ok: false }>, { label, backend }: Seat): Failure => ({
  kind: how,
  reason: `${label}: ${reason}`,
  missing: how === 'unavailable' ? (missing ?? backend.id) : null,
});

/** By the verdict of the gate: what it could not believe or decide is no figure, and what is slower in the tail alone is told of the tail. */
function speedOf(
  { judgement: { verdict, evidence, sentences }, replay }: Extract<PairedCase, { ok: true }>,
  own: string,
  than: string,
): Omit<RelationTarget, 'promise'> {
  if (evidence === null) throw new Error('no pairs were judged');
  const { tail, tailAlone, pairs } = evidence;
  const inTail = verdict === 'slower' && tailAlone && tail !== null;
  const { ratio, interval } = inTail ? tail : evidence;
  const where = inTail ? ' in its slowest tenth' : '';
  const told = `${own} takes ${short(ratio)} of the time of ${than}${where} [${short(interval.low)}, ${short(interval.high)}], ${pairs} process pairs; replay: ${replay}`;
  const [first = verdict] = sentences;
  const range = { low: 0, high: 1 + (inTail ? pairedSettings.tailMargin : pairedSettings.margin) };
  return { figure: ratio, interval, range, told, doubt: isUndecided(verdict) ? first : null };
}

const isUndecided = (verdict: LatencyVerdict): boolean => verdict === 'unfit' || verdict === 'inconclusive';

/** Rejects with Unavailable where the backend is not here. */
async function seatOf(subject: Case, { broker, project }: RelationOptions): Promise<Seat> {
  const model = modelOf(project, subject.model);
  const backend = backendOf(project, subject.backend ?? '');
  demandHere(backend.id, await broker.availability(backend), `${backend.id}: `);
  const artifact = model.card.artifacts[subject.artifact];
  if (artifact === undefined) throw new Error(`no artifact ${subject.artifact}`);
  const path = await openable(model, artifact);
  const label = `${subject.artifact}/${backend.id}`;
  return { label, root: project.root, backends: null, model, artifact, path, backend, threads: subject.threads };
}

/** Throughputs of the same process stand against each other: what differs between processes cancels. */
async function takeBatching(
  subject: Case,
  { broker, project }: RelationOptions,
  kind: 'knee' | 'gain',
): Promise<RelationTarget> {
  const { card } = modelOf(project, subject.model);
  const name = `${subject.artifact}/${subject.backend}`;
  const promised = card.relations?.batching?.find((each) => each.case === name);
  if (promised === undefined) throw new Error(`no relation of ${name}`);
  const batches = batchesOf(card);
  const measured = valueOf(await broker.latency(subject, batches));
  const other = kind === 'knee' ? promised.knee : (batches[0] ?? 1);
  const ratios = toSample(shares(measured, other));
  const figure = median(ratios);
  const { low, high } = medianInterval(ratios, relationLimits.level);
  const best = `the greatest throughput of batches ${batches.join(', ')}`;
  const told = `${name}: ${best} is ${short(figure)} times that at batch ${other} [${short(low)}, ${short(high)}], ${ratios.length} fresh processes`;
  const range: Range =
    kind === 'knee' ? { low: 0, high: 1 / relationLimits.knee } : { low: promised.gain[0], high: promised.gain[1] };
  const promise = kind === 'knee' ? `knee at most ${promised.knee}` : `${range.low} to ${range.high}`;
  return { figure, interval: { low, high }, range, told, promise, doubt: doubtOf(measured) };
}

const doubtOf = ({ waiting }: Latency): string | null =>
  waiting === null || waiting <= relationLimits.waiting
    ? null
    : `others kept it from its core for ${percent(waiting)} of its time`;

/** Of each process: the greatest throughput over that at a batch. */
const shares = ({ batches }: Latency, at: number): readonly number[] => {
  const rates = batches.map(({ batch, steady }) => ({ batch, rates: steady.map((seconds) => batch / seconds) }));
  const base = rates.find(({ batch }) => batch === at)?.rates;
  if (base === undefined) throw new Error(`batch ${at} was not measured`);
  return base.map((rate, process) => Math.max(...rates.map((each) => each.rates[process] ?? NaN)) / rate);
};

/** A side that has no value leaves the relation without one, for the same reason. */
function valueOf<T>(measured: Measured<T>): T {
  if (measured.ok) return measured.value;
  throw new SideFailed(measured.failure);
}
