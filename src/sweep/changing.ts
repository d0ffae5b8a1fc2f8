/**
 * Constant against changing batch size, in one session: a call after one of another size beside a call after one of the same. Both come
 * through the same door, with the same transport between them; only the size of the call before differs.
 */
import { rangesOf } from '../models/feeds.ts';
import { median, toSample } from '../stats/sample.ts';
import { medianInterval } from '../stats/two-sample.ts';
import type { Worker } from '../workers/worker.ts';
import { guarded } from './point.ts';
import type { PointOptions } from './point.ts';
import { feedsAt } from './subject.ts';
import type { SweepSubject } from './subject.ts';
import type { Changing } from './sweep.generated.ts';

/** Seconds for all rounds; there are at least 3, of which the first meets sizes that are new to the session. */
const budget = 10;
const rounds = { least: 3, most: 16 };

interface Pair {
  readonly changed: number;
  readonly again: number;
}

/**
 * Sizes ascend. One session for all of them needs more than each alone: without the largest, where memory runs out. Empty where fewer than
 * two sizes are left, or the session died.
 */
export async function takeChanging(
  subject: SweepSubject,
  sizes: readonly number[],
  options: PointOptions,
): Promise<Changing[]> {
  if (sizes.length < 2) return [];
  const taken = await guarded(subject, options, async ({ worker }) => {
    await worker.open(subject.path, rangesOf(sizes.map((batch) => feedsAt(subject, batch))));
    return takeRounds(worker, subject, sizes);
  });
  if ('outcome' in taken)
    return taken.outcome === 'out-of-memory' ? takeChanging(subject, sizes.slice(0, -1), options) : [];
  return sizes.map((batch, index) =>
    summary(
      batch,
      taken.map((round) => round[index] ?? dead),
    ),
  );
}

const dead: Pair = { changed: NaN, again: NaN };

async function takeRounds(worker: Worker, subject: SweepSubject, sizes: readonly number[]): Promise<Pair[][]> {
  const taken: Pair[][] = [];
  const begin = performance.now();
  let [wanted, seconds] = [rounds.least, 0];
  while (taken.length < wanted) {
    const round: Pair[] = [];
    for (const batch of sizes) {
      const feeds = feedsAt(subject, batch);
      const { seconds: changed } = await worker.run(feeds);
      const { seconds: again } = await worker.run(feeds);
      round.push({ changed, again });
    }
    taken.push(round);
    seconds = (performance.now() - begin) / 1e3;
    wanted = Math.min(rounds.most, Math.max(rounds.least, Math.floor((budget / seconds) * taken.length)));
  }
  return taken;
}

function summary(batch: number, [first = dead, ...later]: readonly Pair[]): Changing {
  const ratios = toSample(later.map(({ changed, again }) => changed / again));
  return {
    batch,
    first: first.changed,
    again: median(toSample(later.map(({ again }) => again))),
    ratio: median(ratios),
    interval: { ...medianInterval(ratios, 0.95) },
  };
}
