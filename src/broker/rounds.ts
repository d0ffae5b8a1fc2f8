/**
 * Takes process pairs of several cases in rounds: each round one pair of every case that is still open, in an order drawn anew, so that a
 * busy minute hits all cases alike. A case closes as soon as its rule has enough; suspects are then measured once more, with fresh pairs.
 */
import type { Random } from '../stats/random.ts';
import type { Pair } from '../trace/pair.ts';
import { attempt } from './measurement.ts';
import type { Failure } from './measurement.ts';
import { shapeOf, takePair } from './pairs.ts';
import type { PairedArm, PairShape } from './pairs.ts';
import type { Workers } from './workers.ts';

export interface Contest {
  readonly name: string;
  readonly base: PairedArm;
  readonly ours: PairedArm;
}

/** When to stop. Asked after every pair; pure. */
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
  readonly rule: Rule;
  /** Told after each pair. */
  readonly tell: (line: string) => void;
}

export type PairsTaken =
  | { readonly ok: true; readonly pairs: readonly Pair[]; readonly confirming: readonly Pair[] }
  | { readonly ok: false; readonly failure: Failure };

/** By name of the contest. */
export async function takeRounds(
  contests: readonly Contest[],
  options: RoundsOptions,
): Promise<ReadonlyMap<string, PairsTaken>> {
  const { rule } = options;
  const series = contests.map((contest) => new Series(contest, options));
  await takeUntil(series, options, ({ pairs }) => rule.enough(pairs));
  const suspects = series.filter(({ failure, pairs }) => failure === null && rule.suspects(pairs));
  for (const each of suspects) each.startConfirming();
  await takeUntil(suspects, options, ({ confirming }) => (confirming?.length ?? 0) >= rule.confirming);
  return new Map(series.map((each) => [each.contest.name, each.taken()]));
}

async function takeUntil(
  series: readonly Series[],
  { random }: RoundsOptions,
  enough: (each: Series) => boolean,
): Promise<void> {
  for (;;) {
    const open = series.filter((each) => each.failure === null && !enough(each));
    if (open.length === 0) return;
    for (const each of shuffled(open, random)) await each.takeOne();
  }
}

/** The pairs of one contest, as they come in. */
class Series {
  readonly contest: Contest;
  readonly pairs: Pair[] = [];
  confirming: Pair[] | null = null;
  failure: Failure | null = null;
  readonly #options: RoundsOptions;
  #shape: PairShape | undefined;

  constructor(contest: Contest, options: RoundsOptions) {
    this.contest = contest;
    this.#options = options;
  }

  startConfirming(): void {
    this.confirming = [];
  }

  async takeOne(): Promise<void> {
    const { workers, alone, random, tell } = this.#options;
    const { base, ours, name } = this.contest;
    const into = this.confirming ?? this.pairs;
    const taken = await attempt(() =>
      alone(async () => {
        this.#shape ??= await shapeOf(workers, base);
        return takePair(workers, { base, ours }, this.#shape, into.length, random);
      }),
    );
    if (taken.ok) into.push(taken.value);
    else this.failure = taken.failure;
    tell(`${this.confirming === null ? 'pair' : 'confirming pair'} ${into.length} of ${name}`);
  }

  taken(): PairsTaken {
    if (this.failure !== null) return { ok: false, failure: this.failure };
    return { ok: true, pairs: this.pairs, confirming: this.confirming ?? [] };
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
