/**
 * One run: a project, its broker, what was blessed, and the verdicts so far. `npm start`, `npm test` and bless are the same run
 * seen through different doors. Everything of the world that judging depends on is read here, once.
 */
import { readMachine } from '../baselines/read-machine.ts';
import type { Machine } from '../baselines/fingerprint.ts';
import type { CaseName } from '../baselines/obsolete.ts';
import { commitOfBless, lookup, readBaselines } from '../baselines/store.ts';
import type { Baselines, Lookup } from '../baselines/store.ts';
import { Broker } from '../broker/broker.ts';
import { attempt, missingFrom } from '../broker/measurement.ts';
import type { Measured } from '../broker/measurement.ts';
import type { Case } from '../cases/case.ts';
import { caseKey } from '../cases/case.ts';
import type { Backend } from '../backends/backend.ts';
import { depthOf, planCases, usedBackends } from '../cases/plan.ts';
import { heedingNames, modelOf, namedBy, readProject } from '../cases/project.ts';
import type { Project } from '../cases/project.ts';
import { defaultAccuracyTolerance } from '../judge/accuracy.ts';
import type { AccuracyTarget } from '../judge/accuracy.ts';
import { excused, readPolicy, type Policy } from '../judge/policy.ts';
import { notPaired, type Pairing } from '../judge/steady.ts';
import type { Verdict } from '../judge/verdict.ts';
import { loadMetrics } from '../metrics/registry.ts';
import type { JudgeContext, Metric, Target } from '../metrics/metric.ts';
import type { ComparedAnswers, Latency, Source, Sources } from '../metrics/sources.ts';
import { BadInput } from '../schema/bad-input.ts';
import { readDeadline } from '../workers/deadline.ts';
import { judgeAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { Turns } from './chains.ts';
import { evidenceOf } from './evidence.ts';
import { Pairings } from './pairings.ts';
import { measureRelation } from './relations.ts';
import type { RelationOptions } from './relations.ts';
import type { RunOptions } from './run-options.ts';

const unpaired: readonly Pairing[] = [notPaired('this run does not pair')];

/** An alarm of the quick screen is red only if fresh processes say so again and again: pauses in seconds, for a busy neighbour to leave. */
const confirmations = [2, 10];

/** On a machine that does nothing else, or of what others take. */
const taken: ReadonlySet<Source> = new Set<Source>(['latency', 'relation']);

export class Run {
  readonly project: Project;
  readonly broker: Broker;
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly machine: Machine;
  #baselines: Baselines;
  readonly #policy: Policy;
  readonly #env: NodeJS.ProcessEnv;
  readonly #pairings: Pairings | null;
  readonly #shared: RelationOptions;
  readonly #turns = new Turns((subject) => this.#take(this.metric(subject.metric), subject));

  private constructor(
    parts: Pick<Run, 'project' | 'broker' | 'metrics' | 'machine' | 'baselines'>,
    policy: Policy,
    { env, pairing }: RunOptions,
  ) {
    ({
      project: this.project,
      broker: this.broker,
      metrics: this.metrics,
      machine: this.machine,
      baselines: this.#baselines,
    } = parts);
    this.#policy = policy;
    this.#env = env;
    const { project, broker, machine } = this;
    const tell = pairing?.tell ?? (() => undefined);
    this.#shared = { project, broker, fingerprint: machine.fingerprint, tell };
    const blessed = commitOfBless(parts.baselines);
    this.#pairings = pairing === undefined ? null : new Pairings({ ...this.#shared, env, blessed });
  }

  /** Reads cards and baselines; nothing is measured yet. Throws BadInput. */
  static async start(root: string, runOptions: RunOptions): Promise<Run> {
    const { env, broker, narrow = (project) => namedBy(project, []) } = runOptions;
    const [whole, metrics] = await Promise.all([readProject(root, env), loadMetrics()]);
    const machine = readMachine();
    const baselines = readBaselines(root, machine.fingerprint, metrics);
    const names = [...whole.backends.map(({ id }) => id), ...whole.datasets.keys()];
    const policy = readPolicy(env, names);
    const project = heedingNames(whole, narrow(whole), policy.required);
    const options = { ...broker, deadline: readDeadline(env) };
    const parts = { project, broker: new Broker(project, options), metrics, machine, baselines };
    const run = new Run(parts, policy, runOptions);
    // What a card asks wrongly is said now, not after everything was measured; what is narrowed lacks backends that cards name.
    if (runOptions.narrow === undefined) run.alive();
    return run;
  }

  /** The others are not even probed. */
  get backends(): readonly Backend[] {
    return usedBackends(this.project, depthOf(this.#env));
  }

  metric(id: string): Metric {
    const found = this.metrics.get(id);
    if (found === undefined)
      throw new BadInput({
        what: `unknown metric '${id}'`,
        where: 'plannedCases',
        fix: `known: ${[...this.metrics.keys()].join(', ')}`,
      });
    return found;
  }

  /** Cases of a metric; every one of them must end with a verdict. Throws BadInput where there is none. */
  plan(metric: string): readonly Case[] {
    const cases = this.tryPlan(metric);
    if (cases.length > 0) return cases;
    throw new BadInput({
      what: `no case for ${metric}: no card asks for it`,
      where: 'fixtures/models',
      fix: `name what ${metric} needs in a card, or remove the spec`,
    });
  }

  /** The same where an empty plan is an answer, too. */
  tryPlan(metric: string): readonly Case[] {
    return planCases(this.project, this.metric(metric), depthOf(this.#env));
  }

  /** Every case there may be a value of, in any depth: what the full suite blessed is not obsolete on a commit. */
  alive(): readonly CaseName[] {
    const depths = ['commit', 'full'] as const;
    return [...this.metrics.values()].flatMap((metric) =>
      depths
        .flatMap((depth) => planCases({ ...this.project, idle: new Map() }, metric, depth))
        .map((subject) => ({ metric: metric.id, model: subject.model, key: this.key(metric, subject) })),
    );
  }

  /** Reads what is committed once more, after a bless. */
  readBaselines(): void {
    this.#baselines = readBaselines(this.project.root, this.machine.fingerprint, this.metrics);
  }

  get baselines(): Baselines {
    return this.#baselines;
  }

  /** Measures a case and puts beside it what judging needs. */
  async measure(subject: Case): Promise<Answer> {
    const metric = this.metric(subject.metric);
    await this.#turns.of(subject);
    let measured = await this.#take(metric, subject);
    let answer = await this.#answerOf(metric, subject, measured);
    for (const pause of confirmations) {
      const { verdict, paired } = judgeAnswer(metric, answer);
      // Pairs have confirmed it by themselves.
      if (verdict !== 'slower' || paired !== null) return answer;
      measured = await this.broker.confirmLatency(subject, measured as Measured<Latency>, pause);
      answer = await this.#answerOf(metric, subject, measured);
    }
    if (judgeAnswer(metric, answer).verdict !== 'slower') return answer;
    const confirmed = `confirmed by ${confirmations.length} more sets of fresh processes`;
    return { ...answer, evidence: [...answer.evidence, confirmed] };
  }

  /** A relation is of two cases: no worker alone has it. */
  #take({ source }: Metric, subject: Case): Promise<Measured<Sources[Source]>> {
    return source === 'relation' ? measureRelation(subject, this.#shared) : this.broker[source](subject);
  }

  /** Metrics with blessed values, portable or of this machine, and what cards gate in pairs: a spec that was deleted must not take its promise along. */
  promised(): readonly string[] {
    const { portable, machine } = this.baselines;
    const held = [...portable.values(), ...machine.values()].flatMap(({ baseline }) => Object.keys(baseline.values));
    const gated = [...this.metrics.values()].filter(({ id, paired }) => paired && this.tryPlan(id).length > 0);
    return [...held.filter((id) => this.metrics.has(id)), ...gated.map(({ id }) => id)];
  }

  /** Starts on everything that will be asked for anyway, but latency: the cores need not wait for one spec to ask after another. */
  prefetch(metrics: readonly string[]): void {
    const cases = [...new Set(metrics)].flatMap((id) => this.tryPlan(id));
    this.#pairings?.expect(cases.filter(({ metric }) => this.metric(metric).paired));
    this.#turns.start(cases.filter(({ metric }) => !taken.has(this.metric(metric).source)));
  }

  async #answerOf(metric: Metric, subject: Case, measured: Measured<Sources[Source]>): Promise<Answer> {
    if (!measured.ok) return this.answer(subject, measured, []);
    const target = await attempt(async () => metric.take(measured.value, this.#precision(subject)));
    const evidence = metric.shape === 'parity' ? evidenceOf(measured.value as ComparedAnswers) : [];
    const waiting = metric.source === 'latency' ? (measured.value as Latency).waiting : null;
    const pairings = metric.paired && this.#pairings !== null ? await this.#pairings.of(subject) : unpaired;
    return this.answer(subject, target, evidence, { pairings, waiting });
  }

  /** What judging a measured target needs. */
  answer(
    subject: Case,
    measured: Measured<Target>,
    evidence: readonly string[],
    { pairings, waiting }: Pick<JudgeContext, 'pairings' | 'waiting'> = { pairings: unpaired, waiting: null },
  ): Answer {
    const metric = this.metric(subject.metric);
    const model = modelOf(this.project, subject.model);
    const found = this.baseline(metric, subject);
    const artifact = `${subject.artifact}/${subject.backend ?? ''}`;
    // Against a base it needs no committed value of this machine; what the suite leaves out is never blessed; a relation carries its promise.
    const isPromised = metric.shape === 'relation' || model.card.onDemand === true;
    const isExcused = isPromised || pairings.some(({ kind }) => kind !== 'none');
    const state = isExcused ? excused(found.state) : found.state;
    return {
      case: subject,
      measured,
      evidence,
      baseline: found.state === 'present' ? found.value : null,
      context: {
        today: new Date().toISOString().slice(0, 10),
        divergence: model.card.divergences?.find((divergence) => divergence.case === artifact),
        tolerance: { ...defaultAccuracyTolerance, ...model.card.tolerances?.[subject.artifact] },
        pairings,
        waiting,
        jit: this.project.backends.some(({ id, jit }) => jit && id === subject.backend),
      },
      policy: { ...this.#policy, baseline: state, needs: missingFrom(measured) },
    };
  }

  /** What the committed values alone say: a bless writes those, whatever a base version said. */
  screen(metric: Metric, subject: Case, target: Target, waiting: number | null): Verdict {
    const context = { pairings: unpaired, waiting };
    return judgeAnswer(metric, this.answer(subject, { ok: true, value: target }, [], context)).verdict;
  }

  baseline(metric: Metric, subject: Case): Lookup {
    return lookup(this.baselines, metric, subject.model, this.key(metric, subject));
  }

  /** Key of a case in its model's baseline file. */
  key(metric: Metric, subject: Case): string {
    const precision = this.#precision(subject);
    return metric.byClass && precision === 'int8' ? `${caseKey(subject)}@${this.machine.isa}` : caseKey(subject);
  }

  #precision(subject: Case): AccuracyTarget['precision'] {
    return modelOf(this.project, subject.model).card.artifacts[subject.artifact]?.precision ?? 'float32';
  }

  close(): Promise<void> {
    return this.broker.close();
  }
}
