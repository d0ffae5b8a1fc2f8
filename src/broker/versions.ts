/** Two versions of one case as contestants: what the workers of each are started with, open and are fed. */
import { pathToFileURL } from 'node:url';
import type { Backend } from '../backends/backend.ts';
import { findBackend } from '../backends/registry.ts';
import { inputsOf } from '../base/arms.ts';
import type { Arm } from '../base/arms.ts';
import type { Case } from '../cases/case.ts';
import { feedsOf } from '../models/feeds.ts';
import { readReference } from '../models/reference.ts';
import { coreFor } from '../workers/launch.ts';
import { rowsFor } from './materials.ts';
import { attempt, Unavailable } from './measurement.ts';
import type { Contestant } from './pairs.ts';
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

/** `deadline`: of every call to a worker, seconds. Both versions are fed with the new one's rows: their ratio compares like with like. */
async function contestOf(
  { name, subject, base, ours }: VersionedCase,
  backend: Backend,
  deadline: number,
): Promise<Contest> {
  const { id } = ours.model.card;
  const reference = await readReference(ours.model);
  if (reference === null) throw new Unavailable(id, `the card of ${id} has no reference`);
  const [before, after] = [inputsOf(base), inputsOf(ours)];
  // Files without a card have drawn inputs each, already under their own names and in their own layout.
  const { drawn } = ours.model;
  if (drawn === undefined && before !== after)
    throw new Unavailable(id, `${base.label} takes other inputs: ${before}; now ${after}`);
  const { threads } = subject;
  const batch = drawn?.rows ?? subject.batch ?? 1;
  const contestant = async (arm: Arm): Promise<Contestant> => ({
    backend: await driverOf(arm, backend),
    options: { root: arm.root, threads, core: coreFor(threads), deadline, backends: arm.backends },
    path: arm.path,
    feeds: feedsOf(arm.model.card, arm.artifact, arm.model.drawn?.inputs ?? rowsFor(reference, batch), 0, batch),
  });
  return { name, base: await contestant(base), ours: await contestant(ours) };
}

/** The backend file that drives an arm: the environment of its process is part of the version. */
async function driverOf({ backends, label }: Arm, backend: Backend): Promise<Backend> {
  if (backends === null) return backend;
  try {
    return await findBackend(backend.id, pathToFileURL(`${backends}/`));
  } catch (error) {
    throw new Unavailable(backend.id, `backend files of ${label}: ${(error as Error).message}`);
  }
}
