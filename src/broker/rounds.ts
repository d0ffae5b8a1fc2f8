/**
 * Takes process pairs of several cases in rounds: each round one pair of every case that is still open, in an order drawn anew, so that a
 * busy minute hits all cases alike. A case closes as soon as its rule has enough; suspects are then measured once more, with fresh pairs.
 */
import type { Random } from '../stats/random.ts';
import type { Pair } from '../trace/pair.ts';
import { attempt } from './measurement.ts';
import type { Failure } from './measurement.ts';
import { ProcessPair } from './pairs.ts';
import type { Contestants, PairShape } from './pairs.ts';
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
  readonly random: Random;
  readonly ruleOf: (name: string) => Rule;
  /** Told after each pair. */
  readonly tell: (line: string) => void;
}

export type PairsTaken =
  | {
      readonly ok: true;
      readonly pairs: readonly Pair[];
      readonly confirming: readonly Pair[];
      /** How the base died while a suspicion was being confirmed; then nothing is. */
      readonly unconfirmed: Failure | null;
    }
  | { readonly ok: false; readonly failure: Failure; readonly arm: 'base' | 'ours' };

/** By name of the contest. */
export async function takeRounds(
  contests: readonly Contest[],
  options: RoundsOptions,
): Promise<ReadonlyMap<string, PairsTaken>> {
  const series = contests.map((contest) => new Series(contest, options));
  await takeUntil(series, options, ({ rule, pairs }) => rule.enough(pairs));
  const suspects = series.filter(({ failure, rule, pairs }) => failure === null && rule.suspects(pairs));
  for (const each of suspects) each.startConfirming();
  await takeUntil(suspects, options, ({ rule, confirming }) => (confirming?.length ?? 0) >= rule.confirming);
  return new Map(series.map((each) => [each.contest.name, each.taken()]));
}

async function takeUntil(
  series: readonly Series[],
  options: RoundsOptions,
  enough: (each: Series) => boolean,
): Promise<void> {
  const { random } = options;
  for (;;) {
    const open = series.filter((each) => each.failure === null && !enough(each));
    if (open.length === 0) return;
    for (const group of shuffled(byProcess(open), random)) await takeOneOfEach(shuffled(group, random), options);
  }
}

/** Cases of one backend share the processes of a round: starting a runtime costs more than measuring it. */
function byProcess(series: readonly Series[]): readonly (readonly Series[])[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) {
    const { base, ours } = each.contest;
    const name = JSON.stringify([base.backend.id, base.options, ours.options]);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups.values()];
}

/** A case that kills its processes costs the others of its group a start. */
async function takeOneOfEach(group: readonly Series[], { workers, alone, random }: RoundsOptions): Promise<void> {
  await alone(async () => {
    let processes: ProcessPair | undefined;
    try {
      for (const each of group) {
        processes ??= new ProcessPair(workers, each.contest, random);
        await each.takeOne(processes);
        if (each.failure === null) continue;
        await processes.close();
        processes = undefined;
      }
    } finally {
      await processes?.close();
    }
  });
}

/** The pairs of one contest, as they come in. */
class Series {
  readonly contest: Contest;
  readonly rule: Rule;
  readonly pairs: Pair[] = [];
  confirming: Pair[] | null = null;
  failure: Failure | null = null;
  #arm: 'base' | 'ours' = 'base';
  readonly #tell: RoundsOptions['tell'];
  #shape: PairShape | undefined;

  constructor(contest: Contest, { ruleOf, tell }: RoundsOptions) {
    this.contest = contest;
    this.rule = ruleOf(contest.name);
    this.#tell = tell;
  }

  startConfirming(): void {
    this.confirming = [];
  }

  async takeOne(processes: ProcessPair): Promise<void> {
    const into = this.confirming ?? this.pairs;
    const taken = await attempt(async () => {
      this.#shape ??= await processes.shape(this.contest);
      return processes.take(this.contest, this.#shape, into.length);
    });
    if (taken.ok) into.push(taken.value);
    else [this.failure, this.#arm] = [taken.failure, processes.failed ?? 'base'];
    this.#tell(`${this.confirming === null ? 'pair' : 'confirming pair'} ${into.length} of ${this.contest.name}`);
  }

  taken(): PairsTaken {
    const { pairs, confirming, failure } = this;
    if (failure === null) return { ok: true, pairs, confirming: confirming ?? [], unconfirmed: null };
    // What was suspected is not forgotten because the base died.
    if (confirming !== null && this.#arm === 'base') return { ok: true, pairs, confirming: [], unconfirmed: failure };
    return { ok: false, failure, arm: this.#arm };
  }
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
