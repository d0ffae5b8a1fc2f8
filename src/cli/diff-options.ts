/** Options of diff, as the command line hands them over; what cannot be meant together is refused. */
import type { Backend } from '../backends/backend.ts';
import { BadInput } from '../schema/bad-input.ts';
import { wholeNumber } from './options.ts';

export interface DiffOptions {
  readonly base?: string;
  readonly anchor?: string;
  readonly backend?: readonly string[];
  readonly threads: string;
  readonly baseThreads?: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly batch?: string;
  readonly inputs?: string;
  readonly seed: string;
  readonly dim?: readonly string[];
  readonly range?: readonly string[];
  readonly quantized?: boolean;
}

export interface Threads {
  readonly threads: number;
  readonly baseThreads: number | undefined;
}

/** One thing differs between the sides, or nobody knows what moved what. Throws BadInput. */
export function threadsOf(options: DiffOptions): Threads {
  const threads = threadsFrom('--threads', options.threads);
  if (options.baseThreads === undefined) return { threads, baseThreads: undefined };
  const baseThreads = threadsFrom('--base-threads', options.baseThreads);
  if (options.base !== undefined)
    refuse('--base and --base-threads', 'both name a base', 'give one of the two: one thing differs at a time');
  if (baseThreads === threads)
    refuse('--base-threads', `both sides run on ${threads}`, 'such as --threads 2 --base-threads 1');
  return { threads, baseThreads };
}

/** A runtime that is asked for a hundred thousand starts them, for minutes. */
const mostThreads = 1024;

function threadsFrom(where: string, asked: string): number {
  const threads = wholeNumber(where, asked, 0);
  return threads <= mostThreads
    ? threads
    : refuse(where, `${threads} threads`, `no more than ${mostThreads}; 0 is the runtime's default`);
}

/** A number that a backend does not take would be said of it all the same; one thread is what all are given unasked. */
export const takes = ({ takesThreads }: Backend, ...threads: readonly number[]): boolean =>
  takesThreads || threads.every((number) => number === 1);

export function refuseThreads(backends: readonly Backend[], { threads, baseThreads = threads }: Threads): void {
  const fixed = backends.find((backend) => !takes(backend, threads, baseThreads));
  if (fixed !== undefined)
    refuse('--threads', `${fixed.id} takes no number of threads`, 'name another one, or leave --backend out');
}

export function refuse(where: string, what: string, fix: string): never {
  throw new BadInput({ what, where, fix });
}
