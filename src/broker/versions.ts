/** Two versions of one case as contestants: what the workers of each are started with, open and are fed. */
import type { Backend } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import type { Case } from '../cases/case.ts';
import { feedsOf } from '../models/feeds.ts';
import { readReference } from '../models/reference.ts';
import { coreFor } from '../workers/launch.ts';
import { rowsFor } from './materials.ts';
import { attempt, Unavailable } from './measurement.ts';
import type { PairedArm } from './pairs.ts';
import type { Contest, PairsTaken } from './rounds.ts';

export interface VersionedCase {
  readonly name: string;
  readonly subject: Case;
  readonly base: Arm;
  readonly ours: Arm;
}

/** What cannot even be fed is nobody's slowdown, and taken for the base's: its own measurement says what is wrong with it. */
export async function contestsOf(
  cases: readonly VersionedCase[],
  backendFor: (subject: Case) => Backend,
  deadline: number,
): Promise<{ readonly able: readonly Contest[]; readonly unable: readonly (readonly [string, PairsTaken])[] }> {
  const able: Contest[] = [];
  const unable: (readonly [string, PairsTaken])[] = [];
  for (const each of cases) {
    const contest = await attempt(() => contestOf(each, backendFor(each.subject), deadline));
    if (contest.ok) able.push(contest.value);
    else unable.push([each.name, { ok: false, failure: contest.failure, arm: 'base' }]);
  }
  return { able, unable };
}

/** `deadline`: of every call to a worker, seconds. Each version is fed with its own card's inputs. */
async function contestOf(
  { name, subject, base, ours }: VersionedCase,
  backend: Backend,
  deadline: number,
): Promise<Contest> {
  const arm = async ({ root, backends, model, artifact, path }: Arm): Promise<PairedArm> => {
    const reference = await readReference(model);
    if (reference === null) throw new Unavailable(model.card.id, `the card of ${model.card.id} has no reference`);
    const { threads } = subject;
    const batch = subject.batch ?? 1;
    const feeds = feedsOf(model.card, artifact, rowsFor(reference, batch), 0, batch);
    return { backend, options: { root, threads, core: coreFor(threads), deadline, backends }, path, feeds };
  };
  return { name, base: await arm(base), ours: await arm(ours) };
}
