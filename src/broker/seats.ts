/** Arms that run elsewhere than their case says: on another backend, with another number of threads. */
import type { Backend } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import type { Contestant } from './pairs.ts';
import type { Contest } from './rounds.ts';
import { contestsOf } from './versions.ts';

/** An arm with the place that it runs in. */
export interface Seat extends Arm {
  readonly backend: Backend;
  readonly threads: number;
}

/** As contestsOf, with both arms in their own places; one whose arms have none runs where its case says. */
export const seatedContests: typeof contestsOf = async (cases, backendFor, deadline) => {
  const { able, unable } = await contestsOf(cases, backendFor, deadline);
  const seated = able.map((contest): Contest => {
    const { base, ours } = cases.find(({ name }) => name === contest.name) ?? {};
    if (base === undefined || ours === undefined || !isSeat(base) || !isSeat(ours)) return contest;
    // A core that only one arm is pinned to would be part of the difference.
    const pinned = base.threads === 1 && ours.threads === 1;
    return { ...contest, base: seat(contest.base, base, pinned), ours: seat(contest.ours, ours, pinned) };
  });
  return { able: seated, unable };
};

const isSeat = (arm: Arm): arm is Seat => 'threads' in arm;

function seat(arm: Contestant, { backend, threads }: Seat, pinned: boolean): Contestant {
  // Cases share processes whose options are equal (rounds.ts): the backend is one of them here.
  const options = { ...arm.options, threads, core: pinned ? arm.options.core : null, backend: backend.id };
  // On the backend of its case it keeps the file of its own version.
  return { ...arm, backend: arm.backend.id === backend.id ? arm.backend : backend, options };
}
