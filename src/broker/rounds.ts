/**
 * Takes process pairs of several cases in rounds: each round one pair of every case that is still open, in an order drawn anew, so that a
 * busy minute hits all cases alike. A case closes as soon as its rule has enough; suspects are then measured once more, with fresh pairs.
 * Pairs that need one core each are taken on two at once: both arms of a pair share a core and its neighbour, so what that costs falls on
 * both. What confirms a suspect has the machine to itself.
 */
import { shuffled, type Random } from '../stats/random.ts';
import type { Pair } from '../trace/pair.ts';
import { attempt, wasKilled, type Failure } from './measurement.ts';
import { ProcessPair } from './pairs.ts';
import type { BothKernels, Contestant, Contestants, PairShape } from './pairs.ts';
import type { Workers } from './workers.ts';

export interface Contest extends Contestants {
  readonly name: string;
}

/** When to stop, of one contest. Asked after every pair; pure. */
export interface Rule {
  readonly enough: (pairs: readonly Pair[]) => boolean;
  readonly suspects: (pairs: readonly Pair[]) => boolean;
  /** Fresh pairs that a suspect is measured with. */
  readonly confirming: number;
}

export interface RoundsOptions {
  readonly workers: Workers;
  /** Runs while nothing else runs on the machine. */
  readonly alone: <T>(body: () => Promise<T>) => Promise<T>;
  /** Cores to take pairs on at once, of cases that need one. */
  readonly lanes: readonly number[];
  readonly random: Random;
  readonly ruleOf: (name: string) => Rule;
  /** Told after each pair. */
  readonly tell: (line: string) => void;
  /** Whether suspects are asked for their kernels. */
  readonly graphs?: boolean;
}

export type PairsTaken =
  | {
      readonly ok: true;
      readonly pairs: readonly Pair[];
      readonly confirming: readonly Pair[];
      /** How the base died while a suspicion was being confirmed; then nothing is. */
      readonly unconfirmed: Failure | null;
      /** Whether all processes were held to one core. */
      readonly pinned: boolean;
      /** Of a suspect; null where nobody asked, or a side cannot say. */
      readonly kernels: BothKernels | null;
    }
  | { readonly ok: false; readonly failure: Failure; readonly arm: 'base' | 'ours' };

const hasEnough = ({ rule, pairs }: Series): boolean => rule.enough(pairs);

/** By name of the contest. */
export async function takeRounds(
  contests: readonly Contest[],
  options: RoundsOptions,
): Promise<ReadonlyMap<string, PairsTaken>> {
  const series = contests.map((contest) => new Series(contest, options));
  const alone = { ...options, lanes: options.lanes.slice(-1) };
  await options.alone(() => lookAt(series, options));
  await takeUntil(series, options, hasEnough);
  // A pair is two sessions, two at once are four: who is killed for want of memory may be anybody, and is asked again by itself.
  const killed = series.filter((each) => each.wasKilled());
  for (const each of killed) each.revive();
  await takeUntil(killed, alone, hasEnough);
  const suspects = series.filter(({ failure, rule, pairs }) => failure === null && rule.suspects(pairs));
  for (const each of suspects) each.startConfirming();
  await takeUntil(suspects, alone, ({ rule, confirming }) => (confirming?.length ?? 0) >= rule.confirming);
  const asked = options.graphs === true ? suspects.filter(({ failure }) => failure === null) : [];
  await options.alone(() => takeAlong(fromEnd(byProcess(asked).flat(), 0), null, options, askKernels));
  return new Map(series.map((each) => [each.contest.name, each.taken()]));
}

/** In processes that no pair is taken with: looking warms one arm more than the other. */
const lookAt = (series: readonly Series[], options: RoundsOptions): Promise<void> =>
  takeAlong(fromEnd(byProcess(series).flat(), 0), null, options, (each, processes) => each.look(processes));

async function takeUntil(
  series: readonly Series[],
  options: RoundsOptions,
  enough: (each: Series) => boolean,
): Promise<void> {
  const { random, lanes, alone } = options;
  for (;;) {
    const open = series.filter((each) => each.failure === null && !enough(each));
    if (open.length === 0) return;
    const order = shuffled(byProcess(open), random).flatMap((group) => shuffled(group, random));
    // Without a lane all are single: what nobody takes would be waited for for ever.
    const inLanes = order.filter(({ contest }) => lanes.length > 0 && needsOneCore(contest));
    const single = order.filter((each) => !inLanes.includes(each));
    await alone(async () => {
      await allOf(lanes.map((core, lane) => takeAlong(fromEnd(inLanes, lane), core, options, takePair)));
      await takeAlong(fromEnd(single, 0), null, options, takePair);
    });
  }
}

/** And nothing else of the machine: another pair may run beside it. A GPU is one for all, and V8 compiles on other cores than the pinned one. */
const needsOneCore = (contest: Contest): boolean =>
  isPinned(contest) && [contest.base, contest.ours].every(({ backend }) => backend.needs === undefined && !backend.jit);

const isPinned = ({ base, ours }: Contest): boolean => [base, ours].every(({ options }) => options.core !== null);

/** Takes from `order` what nobody has taken yet: even lanes from its front, odd ones from its back, so that few processes are started twice. */
const fromEnd =
  (order: Series[], lane: number): Next =>
  () =>
    lane % 2 === 0 ? order.shift() : order.pop();

type Next = () => Series | undefined;

/** Waits for all of them, also where one throws: a lane that goes on behind it would measure beside the next round. */
async function allOf(lanes: readonly Promise<void>[]): Promise<void> {
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
}

/** Cases of one backend share the processes of a round: starting a runtime costs more than measuring it. */
function byProcess(series: readonly Series[]): readonly (readonly Series[])[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) groups.set(each.processes, [...(groups.get(each.processes) ?? []), each]);
  return [...groups.values()];
}

/** Whether the processes can go on. */
type Step = (each: Series, processes: ProcessPair) => Promise<boolean>;

const takePair: Step = (each, processes) => each.takeOne(processes);
const askKernels: Step = (each, processes) => each.askKernels(processes);

/** One step of each that comes next, on this core; null: where it wants to run. A case that kills its processes costs those behind it a start. */
async function takeAlong(next: Next, core: number | null, options: RoundsOptions, step: Step): Promise<void> {
  const { workers, random } = options;
  let processes: ProcessPair | undefined;
  let living = '';
  const end = async (): Promise<void> => {
    await processes?.close();
    processes = undefined;
  };
  try {
    for (let each = next(); each !== undefined; each = next()) {
      if (each.processes !== living) await end();
      processes ??= new ProcessPair(workers, onCore(each.contest, core), random);
      living = each.processes;
      if (!(await step(each, processes))) await end();
    }
  } finally {
    await end();
  }
}

function onCore({ base, ours }: Contest, core: number | null): Contestants {
  const at = (arm: Contestant): Contestant => ({ ...arm, options: { ...arm.options, core: core ?? arm.options.core } });
  return { base: at(base), ours: at(ours) };
}

/** The pairs of one contest, as they come in. */
class Series {
  readonly contest: Contest;
  readonly rule: Rule;
  /** Names the processes that can take its pairs. */
  readonly processes: string;
  readonly pairs: Pair[] = [];
  confirming: Pair[] | null = null;
  failure: Failure | null = null;
  #arm: 'base' | 'ours' = 'base';
  readonly #tell: RoundsOptions['tell'];
  #shape: PairShape | undefined;
  #kernels: BothKernels | null = null;

  constructor(contest: Contest, { ruleOf, tell }: RoundsOptions) {
    this.contest = contest;
    this.rule = ruleOf(contest.name);
    this.processes = JSON.stringify([contest.base.backend.id, contest.base.options, contest.ours.options]);
    this.#tell = tell;
  }

  /** In its pairs. */
  wasKilled(): boolean {
    return this.failure !== null && this.#shape !== undefined && wasKilled(this.failure);
  }

  revive(): void {
    this.failure = null;
  }

  startConfirming(): void {
    this.confirming = [];
  }

  async look(processes: ProcessPair): Promise<boolean> {
    this.#shape = await this.#attempt(processes, () => processes.shape(this.contest));
    this.#tell(`a first look at ${this.contest.name}`);
    return this.#shape !== undefined;
  }

  async takeOne(processes: ProcessPair): Promise<boolean> {
    const shape = this.#shape;
    if (shape === undefined) throw new Error(`nobody looked at ${this.contest.name}`);
    const into = this.confirming ?? this.pairs;
    const pair = await this.#attempt(processes, () => processes.take(this.contest, shape, into.length));
    if (pair !== undefined) into.push(pair);
    this.#tell(`${this.confirming === null ? 'pair' : 'confirming pair'} ${into.length} of ${this.contest.name}`);
    return pair !== undefined;
  }

  /** What its runtime makes of the model: beside a slowdown, where somebody looks for why. It judges nothing, so that it may fail. */
  async askKernels(processes: ProcessPair): Promise<boolean> {
    const asked = await attempt(() => processes.kernels(this.contest));
    this.#kernels = asked.ok ? asked.value : null;
    return asked.ok;
  }

  /** Undefined where an arm failed. */
  async #attempt<T>(processes: ProcessPair, measure: () => Promise<T>): Promise<T | undefined> {
    const measured = await attempt(measure);
    if (measured.ok) return measured.value;
    [this.failure, this.#arm] = [measured.failure, processes.failed ?? 'base'];
    return undefined;
  }

  taken(): PairsTaken {
    const { pairs, confirming, failure } = this;
    const known = { pairs, pinned: isPinned(this.contest), kernels: this.#kernels };
    if (failure === null) return { ok: true, ...known, confirming: confirming ?? [], unconfirmed: null };
    // What was suspected is not forgotten because the base died.
    if (confirming !== null && this.#arm === 'base')
      return { ok: true, ...known, confirming: [], unconfirmed: failure };
    return { ok: false, failure, arm: this.#arm };
  }
}
