/** What moved, column by column: numbers of both sides become a move with its sentence, and all moves an exit code. Pure. */
import type { ParityComparison } from '../compare/parity.ts';
import { significant } from '../compare/significant.ts';
import { worstFirst } from '../compare/worst.ts';
import { figuresOf } from '../judge/paired-evidence.ts';
import type { PairedJudgement } from '../judge/paired.ts';
import type { LatencyVerdict } from '../judge/verdict.ts';
import { change, exactBytes } from '../judge/words.ts';
import { encodeNumber } from '../report/json.ts';
import type { PairedCase } from '../run/pair-suite.ts';
import type { Accuracy, Column, Diff, Latency, Move, Parity, Row, Size } from './diff.generated.ts';

/** In the order of the table. */
export const columns = ['parity', 'accuracy', 'size', 'latency'] as const satisfies readonly Column[];

const nothing = {
  parity: { maxAbs: null, excess: null, flips: null, batch: null },
  accuracy: { n: null, images: null, base: null, new: null, flips: null, nearTies: null },
  latency: {
    verdict: null,
    ratio: null,
    interval: null,
    tail: null,
    pairs: null,
    visible: null,
    trace: null,
    replay: null,
  },
} as const;

/** Without numbers: where nothing differs, or nothing could be compared. */
export const blankParity = (move: Move, sentence: string | null = null): Parity => ({
  move,
  sentence,
  ...nothing.parity,
});
export const blankAccuracy = (move: Move, sentence: string | null = null): Accuracy => ({
  move,
  sentence,
  ...nothing.accuracy,
});
export const blankLatency = (move: Move, sentence: string | null = null): Latency => ({
  move,
  sentence,
  ...nothing.latency,
});

export interface Failed {
  readonly base: string | null;
  readonly ours: string | null;
}

/** What the base can and the working tree cannot is a move for the worse; anything else that fails was not compared. */
export const failureMove = (base: string, { base: theirs, ours }: Failed): { move: Move; sentence: string } =>
  theirs === null
    ? { move: 'worse', sentence: `${ours ?? 'unknown'} (not so with ${base})` }
    : { move: 'none', sentence: ours === null ? `${base}: ${theirs}` : ours };

export interface BatchComparison {
  readonly batch: number;
  readonly comparison: ParityComparison;
}

/** New against base, by batch size. */
export function parityMove(batches: readonly BatchComparison[]): Parity {
  const [worst] = worstFirst(batches, ({ comparison }) => comparison.excess);
  if (worst === undefined) return blankParity('none', 'no batch size that both answer');
  const { batch, comparison } = worst;
  const outputs = batches.flatMap((each) => each.comparison.outputs);
  const equal = outputs.every(({ structure, identical, count }) => structure === null && identical === count);
  const vacuous = batches.map((each) => each.comparison.vacuous).find((why) => why !== null) ?? null;
  // What differs beyond the tolerance differs, be it vacuous or not.
  const calm = vacuous !== null ? 'undecided' : equal ? 'same' : 'within';
  const move = equal || comparison.excess <= 1 ? calm : 'worse';
  return {
    move,
    sentence: move === 'worse' ? paritySentence(worst) : vacuous === null ? null : `proves nothing: ${vacuous}`,
    maxAbs: encodeNumber(Math.max(...comparison.outputs.map(({ maxAbs }) => maxAbs))),
    excess: encodeNumber(comparison.excess),
    flips: comparison.flips,
    batch,
  };
}

function paritySentence({ batch, comparison }: BatchComparison): string {
  const [worst] = worstFirst(comparison.outputs, ({ excess }) => excess);
  if (worst === undefined) return 'no outputs';
  if (worst.structure !== null) return `${worst.output}: ${worst.structure}`;
  const { output, mismatched, count, maxAbs, excess, nmse } = worst;
  const moved =
    comparison.flips === null ? '' : `; ${comparison.flips.count} of ${comparison.flips.n} predictions change`;
  if (mismatched === 0)
    return `${output}: NMSE ${significant(nmse)} (allowed ${significant(worst.tolerance.nmse)}), though each element is within its tolerance, at batch ${batch}${moved}`;
  return `${output}: ${mismatched} of ${count} elements moved by up to ${significant(maxAbs)} (${significant(excess)}x the tolerance, NMSE ${significant(nmse)}) at batch ${batch}${moved}`;
}

export const sizeMove = (base: number, ours: number): Size => ({
  move: ours === base ? 'same' : ours < base ? 'better' : 'worse',
  sentence: ours === base ? null : `${exactBytes(base)} -> ${exactBytes(ours)} (${change(ours / base)})`,
  base,
  new: ours,
});

const latencyMoves: Readonly<Record<LatencyVerdict, Move>> = {
  slower: 'worse',
  faster: 'better',
  steady: 'within',
  inconclusive: 'undecided',
  unbaselined: 'undecided',
  unfit: 'undecided',
};

export function latencyMove(
  { verdict, sentences, evidence }: PairedJudgement,
  { trace, replay }: Pick<Latency, 'trace' | 'replay'>,
): Latency {
  return {
    ...blankLatency(latencyMoves[verdict], sentences.length === 0 ? null : sentences.join('; ')),
    ...(evidence !== null && figuresOf(evidence)),
    verdict,
    trace,
    replay,
  };
}

export const pairedMove = (paired: PairedCase): Latency =>
  paired.ok
    ? latencyMove(paired.judgement, paired)
    : blankLatency(paired.arm === 'ours' ? 'worse' : 'none', `no pairs (${paired.arm}): ${paired.reason}`);

/** One column of one case, or a whole case that only one side can run. */
export interface Moved {
  readonly subject: string;
  readonly column: Column | 'case';
  readonly move: Move;
  readonly sentence: string;
  /** Of a latency: the command that judges it again. */
  readonly replay: string | null;
}

const ranks: readonly Move[] = ['worse', 'undecided', 'better', 'within', 'none'];

/** Everything that moved or could not be compared, worst first: the kind of move, then the column, then how far. */
export function movesOf(rows: readonly Row[]): readonly Moved[] {
  const all = rows.flatMap((row) => {
    const { remark } = row;
    const cell = (column: Column): readonly Ranked[] => {
      const found = row[column];
      return found === null ? [] : [{ moved: movedOf(row, column, found), far: farOf[column](row) }];
    };
    const whole = remark === null ? [] : [{ moved: movedOf(row, 'case', remark), far: Infinity }];
    return [...whole, ...columns.flatMap(cell)];
  });
  const order = ['case', ...columns];
  return all
    .filter(({ moved: { move } }) => ranks.includes(move))
    .toSorted(
      (a, b) =>
        ranks.indexOf(a.moved.move) - ranks.indexOf(b.moved.move) ||
        order.indexOf(a.moved.column) - order.indexOf(b.moved.column) ||
        Number(b.far > a.far) - Number(a.far > b.far),
    )
    .map(({ moved }) => moved);
}

interface Ranked {
  readonly moved: Moved;
  readonly far: number;
}

interface Told {
  readonly move: Move;
  readonly sentence: string | null;
  readonly replay?: string | null;
}

const movedOf = (row: Row, column: Moved['column'], { move, sentence, replay = null }: Told): Moved => ({
  subject: row.case,
  column,
  move,
  sentence: sentence ?? move,
  replay,
});

/** How far a column moved, comparable within it. */
const farOf: Readonly<Record<Column, (row: Row) => number>> = {
  parity: ({ parity }) => (typeof parity?.excess === 'number' ? parity.excess : Infinity),
  accuracy: (row) => (row.accuracy?.flips ?? 0) / (row.accuracy?.n ?? 1),
  size: ({ size }) => (size === null ? 0 : Math.abs(Math.log(size.new / size.base))),
  latency: ({ latency }) => Math.abs(Math.log(latency?.tail?.ratio ?? latency?.ratio ?? 1)),
};

/** A row whose columns all failed on both sides is none. */
const isCompared = (row: Row): boolean =>
  row.remark === null && columns.some((column) => (row[column]?.move ?? 'none') !== 'none');

/** A diff in which nothing was compared proves nothing. */
export function summaryOf(rows: readonly Row[]): Diff['summary'] {
  const moves = movesOf(rows);
  const count = (move: Move): number => moves.filter((each) => each.move === move).length;
  const compared = rows.filter(isCompared).length;
  const worse = count('worse');
  return {
    worse,
    undecided: count('undecided'),
    better: count('better'),
    within: count('within'),
    compared,
    notCompared: rows.length - compared,
    exitCode: worse > 0 || compared === 0 ? 1 : 0,
  };
}
