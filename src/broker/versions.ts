/** Two versions of one case as contestants: what the workers of each are started with, open and are fed. */
import type { Backend } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import type { Case } from '../cases/case.ts';
import { feedsOf } from '../models/feeds.ts';
import { readReference } from '../models/reference.ts';
import { pinnableCore } from '../workers/launch.ts';
import { rowsFor } from './materials.ts';
import { Unavailable } from './measurement.ts';
import type { PairedArm } from './pairs.ts';
import type { Contest } from './rounds.ts';

export interface VersionedCase {
  readonly name: string;
  readonly subject: Case;
  readonly base: Arm;
  readonly ours: Arm;
}

/** `deadline`: of every call to a worker, seconds. Each version is fed with its own card's inputs. */
export async function contestOf(
  { name, subject, base, ours }: VersionedCase,
  backend: Backend,
  deadline: number,
): Promise<Contest> {
  const arm = async ({ root, backends, model, artifact, path }: Arm): Promise<PairedArm> => {
    const reference = await readReference(model);
    if (reference === null) throw new Unavailable(model.card.id, `the card of ${model.card.id} has no reference`);
    const { threads } = subject;
    const batch = subject.batch ?? 1;
    const core = threads === 1 ? pinnableCore() : null;
    const feeds = feedsOf(model.card, artifact, rowsFor(reference, batch), 0, batch);
    return { backend, options: { root, threads, core, deadline, backends }, path, feeds };
  };
  return { name, base: await arm(base), ours: await arm(ours) };
}
