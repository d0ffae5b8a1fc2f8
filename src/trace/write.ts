/** The text of a trace: what `readTrace` reads. Microseconds with six digits: far below what any clock can tell. */
import type { HeaderLine } from './header.generated.ts';
import type { Pair } from './pair.ts';

export const traceOf = (header: HeaderLine, pairs: readonly Pair[]): string =>
  [header, ...pairs.map(lineOf)].map((line) => `${JSON.stringify(line)}\n`).join('');

/** As whoever reads the trace will have them: judged so, pairs come to the same end when they are replayed. */
export const asWritten = (pairs: readonly Pair[]): readonly Pair[] =>
  pairs.map(({ pair, blocks }) => ({
    pair,
    blocks: blocks.map(({ order, visits, reference }) => ({
      order,
      visits: visits.map(read),
      reference: read(reference),
    })),
  }));

const read = (calls: readonly number[]): number[] => calls.map((seconds) => microseconds(seconds) * 1e-6);

const lineOf = ({ pair, blocks }: Pair): object => ({
  pair,
  unit: 'us',
  blocks: blocks.map(({ order, visits, reference }) => ({
    order,
    visits: visits.map((calls) => calls.map(microseconds)),
    ...(reference.length > 0 && { reference: reference.map(microseconds) }),
  })),
});

const microseconds = (seconds: number): number => Number((seconds * 1e6).toPrecision(6));
