/** What is measured of one process pair: the interface between whoever records it and the judge. Seconds inside; A is the base, B the new one. */

/** Durations of consecutive calls of one arm. Ascending where the sampler sorts them (tinybench does): only their order statistics are used. */
export type Visit = readonly number[];

export interface Block {
  /** Such as ABBA: halves of two neighbouring visits, one of each arm, so that drift within a half meets its mirror image in another. */
  readonly order: string;
  /** One a letter of `order`. */
  readonly visits: readonly Visit[];
  /** Calls of a fixed piece of work that belongs to neither arm; may be empty. */
  readonly reference: readonly number[];
}

/** One fresh process of each arm: the unit of replication, since every process keeps an offset of its own for its life. */
export interface Pair {
  readonly pair: number;
  /** In the order run. */
  readonly blocks: readonly Block[];
}

export type ArmLetter = 'A' | 'B';

export const visitsOf = ({ order, visits }: Block, arm: ArmLetter): readonly Visit[] =>
  visits.filter((_, index) => order[index] === arm);

/** All calls of an arm in a pair. */
export const callsOf = ({ blocks }: Pair, arm: ArmLetter): readonly number[] =>
  blocks.flatMap((block) => visitsOf(block, arm).flat());
