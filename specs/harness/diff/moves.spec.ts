import { describe, expect, test } from 'vitest';
import { compareOutputs } from '../../../src/compare/parity.ts';
import { quantizedAgainstFloat, toleranceFor } from '../../../src/compare/tolerance.ts';
import { latencyText } from '../../../src/diff/cells.ts';
import { accuracyMove } from '../../../src/diff/decided.ts';
import type { Latency, Row } from '../../../src/diff/diff.generated.ts';
import {
  blankAccuracy,
  blankLatency,
  blankParity,
  failureMove,
  latencyMove,
  movesOf,
  pairedMove,
  parityMove,
  sizeMove,
  summaryOf,
} from '../../../src/diff/moves.ts';
import type { BatchComparison } from '../../../src/diff/moves.ts';
import { judgePaired } from '../../../src/judge/paired.ts';
import type { PairedJudgement } from '../../../src/judge/paired.ts';
import type { LatencyVerdict } from '../../../src/judge/verdict.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { drawPairs } from '../support/noise.ts';
import { row } from './sample.ts';

const logits = (...values: number[]): Tensor => tensor('float32', [values.length / 2, 2], Float32Array.from(values));
const compared = (actual: Tensor, expected: Tensor, batch = 1): BatchComparison => ({
  batch,
  comparison: compareOutputs(
    { y: actual },
    { y: expected },
    { tolerance: (_, { dtype }) => toleranceFor(dtype), classifications: ['y'], inputsDiffer: true },
  ),
});

describe('parity', () => {
  const base = logits(1, 2, 3, 1);
  test('is the same where every element is equal at every batch size', () => {
    expect(parityMove([compared(base, base), compared(base, base, 8)])).toMatchObject({
      move: 'same',
      sentence: null,
      maxAbs: 0,
      flips: { count: 0, n: 2 },
    });
  });

  test('is within where rounding moved, at one batch size only', () => {
    const near = logits(1 + 2e-7, 2, 3, 1);
    expect(parityMove([compared(base, base), compared(near, base, 8)])).toMatchObject({ move: 'within', batch: 8 });
  });

  test('is worse beyond the tolerance, and says how far and what it decides', () => {
    const { move, sentence } = parityMove([compared(base, base), compared(logits(2, 1, 3, 1), base, 8)]);
    expect(move).toBe('worse');
    expect(sentence).toMatch(
      /^y: 2 of 4 elements moved by up to 1 \(.*x the tolerance, NMSE 0.133\) at batch 8; 1 of 2 predictions change$/,
    );
  });

  test('is worse by the sum of small differences, and says so where no element is beyond its tolerance', () => {
    const [near, far] = [1, 1 + 9e-4].map((factor) => logits(...[1, 2, 3, 1].map((value) => factor * value)));
    const tolerance = { ...toleranceFor('float32'), atol: 1, nmse: 1e-9 };
    const options = { tolerance: () => tolerance, classifications: ['y'], inputsDiffer: true };
    const comparison = compareOutputs({ y: far! }, { y: near! }, options);
    expect(parityMove([{ batch: 4, comparison }])).toMatchObject({
      move: 'worse',
      sentence: expect.stringMatching(
        /^y: NMSE \S+ \(allowed 1e-9\), though each element is within its tolerance, at batch 4; 0 of 2 predictions change$/,
      ),
    });
  });

  test('is worse where the structure changed, also beside an equal batch size', () => {
    const found = parityMove([compared(base, base), compared(logits(1, 2), base, 8)]);
    expect(found).toMatchObject({ move: 'worse', excess: 'Infinity', maxAbs: 'NaN' });
    expect(found.sentence).toContain('dims');
  });

  test('is worse where a structure changed whose elements are all equal', () => {
    const { batch, comparison } = compared(base, base);
    const outputs = comparison.outputs.map((output) => ({ ...output, structure: 'dtype float64, expected float32' }));
    const found = parityMove([{ batch, comparison: { ...comparison, outputs, excess: Infinity } }]);
    expect(found).toMatchObject({ move: 'worse', sentence: 'y: dtype float64, expected float32' });
  });

  test('exactly at the tolerance is within', () => {
    const near = compared(logits(1 + 2e-7, 2, 3, 1), base);
    const at = (excess: number): string => parityMove([{ ...near, comparison: { ...near.comparison, excess } }]).move;
    expect([at(1), at(1.001)]).toEqual(['within', 'worse']);
  });

  test('tells the worst output and the greatest difference of all; without decisions nothing of predictions', () => {
    const { comparison } = compared(logits(2, 1, 3, 1), base);
    const [y] = comparison.outputs;
    const calm = { ...y!, output: 'calm', excess: 0.1, maxAbs: 7 };
    const found = parityMove([{ batch: 1, comparison: { ...comparison, flips: null, outputs: [calm, y!] } }]);
    expect(found.maxAbs).toBe(7);
    expect(found.sentence).toMatch(/^y: 2 of 4 .* at batch 1$/);
  });

  test('proves nothing where one batch size of several does', () => {
    const flat = logits(1, 1, 1, 1);
    expect(parityMove([compared(base, base), compared(flat, flat, 8)])).toMatchObject({
      move: 'undecided',
      sentence: expect.stringContaining('proves nothing: y'),
    });
  });

  test('is undecided where the outputs prove nothing, be they equal', () => {
    const flat = logits(1, 1, 1, 1);
    expect(parityMove([compared(flat, flat)])).toMatchObject({
      move: 'undecided',
      sentence: 'proves nothing: y: all 4 expected elements are 1',
    });
    expect(parityMove([compared(base, flat)]).move).toBe('worse');
  });

  test('is not compared where no batch size is common', () => {
    expect(parityMove([])).toMatchObject({ move: 'none', maxAbs: null, sentence: 'no batch size that both answer' });
  });
});

describe('accuracy', () => {
  const tolerance = toleranceFor('float32');
  const base = logits(1, 2, 3, 1, 1, 1 + 1e-6);
  const labels = [1, 0, 1];
  const budget = { accuracyLoss: 0.005, flips: 0.02 };
  const move = (ours: Tensor): ReturnType<typeof accuracyMove> =>
    accuracyMove({ base, ours, labels, images: 9, tolerance, budget });

  test('is the same where no decision flips', () => {
    expect(move(logits(1, 3, 2, 1, 1, 2))).toMatchObject({ move: 'same', n: 3, images: 9, base: 3, new: 3, flips: 0 });
  });

  test('is within where only a near-tie flips, though an answer is lost', () => {
    expect(move(logits(1, 2, 3, 1, 1, 0.9))).toMatchObject({ move: 'within', base: 3, new: 2, flips: 1, nearTies: 1 });
  });

  test('is worse where another decision flips', () => {
    expect(move(logits(2, 1, 3, 1, 1, 0.9))).toMatchObject({
      move: 'worse',
      flips: 2,
      nearTies: 1,
      sentence: '2 of 3 decisions flip, 1 of them no near-ties; right answers 3 -> 1',
    });
  });

  describe('of a quantized artifact, whose single elements are free', () => {
    const rows = (flipped: number): Tensor =>
      logits(...Array.from({ length: 100 }, (_, at) => (at < flipped ? [2, 1] : [1, 2])).flat());
    /** The base is right on the first `right` images; whatever flips is wrong before or after. */
    const quantized = (flipped: number, right: number): ReturnType<typeof accuracyMove> =>
      accuracyMove({
        base: rows(0),
        ours: rows(flipped),
        labels: Array.from({ length: 100 }, (_, at) => (at < right ? 1 : 0)),
        images: 100,
        tolerance: quantizedAgainstFloat,
        budget,
      });

    test('is within while flips and losses have room', () => {
      expect(quantized(2, 0)).toMatchObject({ move: 'within', flips: 2, base: 0, new: 2, sentence: null });
    });

    test('is worse where more decisions flip than quantizing may, though answers are gained', () => {
      expect(quantized(3, 0)).toMatchObject({
        move: 'worse',
        flips: 3,
        sentence: '3 of 100 decisions flip, quantizing may flip 2 % and lose 0.5 %; right answers 0 -> 3',
      });
    });

    test('is worse where more right answers are lost', () => {
      expect(quantized(2, 2)).toMatchObject({ move: 'worse', flips: 2, base: 2, new: 0 });
    });

    test('may lose exactly its budget', () => {
      const lost = (accuracyLoss: number): string =>
        accuracyMove({
          base: rows(0),
          ours: rows(1),
          labels: Array.from({ length: 100 }, () => 1),
          images: 100,
          tolerance: quantizedAgainstFloat,
          budget: { accuracyLoss, flips: 0.02 },
        }).move;
      expect([lost(0.01), lost(0.009)]).toEqual(['within', 'worse']);
    });
  });

  test('is worse where there are other classes', () => {
    expect(move(logits(1, 2))).toMatchObject({
      move: 'worse',
      n: null,
      sentence: '[1, 2] classes, of the base [3, 2]',
    });
  });
});

test.each([
  [10, 10, 'same', null],
  [10, 11, 'worse', '10 bytes -> 11 bytes (+10 %)'],
  [10, 9, 'better', '10 bytes -> 9 bytes (-10 %)'],
])('size from %i to %i bytes is %s', (base, ours, move, sentence) => {
  expect(sizeMove(base, ours)).toEqual({ move, sentence, base, new: ours });
});

test.each([
  ['ours', 'worse'],
  ['base', 'none'],
] as const)('pairs in which %s died move: %s', (arm, move) => {
  expect(pairedMove({ ok: false, how: 'crashed', reason: 'killed', missing: null, arm })).toMatchObject({
    move,
    sentence: `no pairs (${arm}): killed`,
    verdict: null,
  });
});

test('of a verdict without a sentence none is told', () => {
  const found: PairedJudgement = { verdict: 'steady', sentences: [], evidence: null };
  expect(latencyMove(found, { trace: 't', replay: 'npx' }).sentence).toBeNull();
});

test.each([
  ['slower', 'worse'],
  ['faster', 'better'],
  ['steady', 'within'],
  ['inconclusive', 'undecided'],
  ['unfit', 'undecided'],
] satisfies [LatencyVerdict, string][])('latency that is %s moves: %s', (verdict, move) => {
  expect(latencyMove({ verdict, sentences: ['said'], evidence: null }, { trace: 't', replay: 'npx' })).toMatchObject({
    move,
    verdict,
    trace: 't',
  });
});

describe('what is told of a latency', () => {
  const trace = { trace: 't', replay: 'npx' };
  const of = (found: PairedJudgement): Latency => latencyMove(found, trace);

  test('is all that the gate says: what would settle it stands last', () => {
    const found = of(judgePaired(drawPairs(randomFrom(3), 6)));
    expect(found.verdict).toBe('inconclusive');
    expect(found.sentence).toMatch(/against the base, and no word on how surely; 6 process pairs cannot decide: 8 can/);
  });

  test('is the tail where it alone is slower: what lies near the minimum did not move', () => {
    const call = (random: () => number, arm: 'A' | 'B'): number =>
      (1 + 0.01 * random()) * (arm === 'B' && random() < 0.1 ? 2 : 1);
    const found = of(judgePaired(drawPairs(randomFrom(30), 20, { call })));
    expect(found).toMatchObject({ verdict: 'slower', move: 'worse' });
    expect(found.tail?.ratio).toBeGreaterThan(1.1);
    expect(latencyText(found)).toMatch(/^slower \d+ % \[\d+, \d+\] in the tail$/);
    const all = of(judgePaired(drawPairs(randomFrom(30), 12, { factor: 1.4 })));
    expect(all.tail).toBeNull();
    expect(latencyText(all)).toMatch(/^slower (39|40|41)[.\d]* % \[[^\]]*\]$/);
  });
});

test.each([
  [{ base: null, ours: 'crashed: x' }, 'worse', 'crashed: x (not so with main)'],
  [{ base: 'refused: y', ours: null }, 'none', 'main: refused: y'],
  [{ base: 'refused: y', ours: 'crashed: x' }, 'none', 'crashed: x'],
])('a failure %j is %s', (failed, move, sentence) => {
  expect(failureMove('main', failed)).toEqual({ move, sentence });
});

describe('the summary', () => {
  test('is 0 where nothing moved for the worse, be something undecided or better', () => {
    const rows = [row('a'), row('b', { size: sizeMove(2, 1), latency: blankLatency('undecided') })];
    expect(summaryOf(rows)).toMatchObject({ worse: 0, undecided: 1, better: 1, compared: 2, exitCode: 0 });
  });

  test.each([
    ['a column moved for the worse', [row('a'), row('b', { parity: blankParity('worse') })]],
    ['the base alone can run a case', [row('a'), row('b', { remark: { move: 'worse', sentence: 'crashed' } })]],
    ['nothing was compared', [row('a', { remark: { move: 'none', sentence: 'not here' } })]],
    [
      'every column failed on both sides',
      [row('a', { parity: blankParity('none'), accuracy: null, size: null, latency: null })],
    ],
    ['there is no case', []],
  ])('is 1 where %s', (_, rows) => {
    expect(summaryOf(rows).exitCode).toBe(1);
  });

  test('lists what moved, worst first and furthest first within a column', () => {
    const far = { sentence: null, maxAbs: 1, flips: null, batch: 1 };
    const rows = [
      row('a', { size: sizeMove(2, 1), latency: blankLatency('undecided', 'u') }),
      row('b', { parity: { move: 'worse', excess: 2, ...far } }),
      row('c', { parity: { move: 'worse', excess: 9, ...far } }),
      row('d', { parity: { move: 'worse', ...far, excess: 'NaN' }, size: sizeMove(1, 2) }),
    ];
    expect(movesOf(rows).map(({ subject, column, move }) => `${subject.split('/')[1]} ${column} ${move}`)).toEqual([
      'd parity worse',
      'c parity worse',
      'b parity worse',
      'd size worse',
      'a latency undecided',
      'a size better',
    ]);
  });

  test('whole cases come first, then the furthest of each column, by what it is measured in', () => {
    const accuracy = (flips: number, n: number) => ({ ...blankAccuracy('worse'), flips, n });
    const latency = (ratio: number, tail: number | null = null) => ({
      ...blankLatency('worse'),
      ratio,
      tail: tail === null ? null : { ratio: tail, interval: { low: 1, high: 9, level: 0.99 } },
    });
    const order = (...rows: Row[]): string =>
      movesOf(rows)
        .filter(({ move }) => move === 'worse')
        .map(({ subject }) => subject.split('/')[1])
        .join('');
    expect(order(row('a', { size: sizeMove(1, 2) }), row('b', { remark: { move: 'worse', sentence: 's' } }))).toBe(
      'ba',
    );
    expect(order(row('a', { accuracy: accuracy(5, 1000) }), row('b', { accuracy: accuracy(4, 100) }))).toBe('ba');
    expect(order(row('a', { size: sizeMove(100, 120) }), row('b', { size: sizeMove(10, 20) }))).toBe('ba');
    expect(order(row('a', { latency: latency(1.1) }), row('b', { latency: latency(1.2) }))).toBe('ba');
    expect(order(row('a', { latency: latency(1.1) }), row('b', { latency: latency(1, 2) }))).toBe('ba');
    expect(order(row('a', { latency: blankLatency('worse') }), row('b', { latency: latency(1.2) }))).toBe('ba');
  });

  test('counts what stayed within', () => {
    expect(summaryOf([row('a', { latency: blankLatency('within') })])).toMatchObject({ within: 1, worse: 0 });
  });
});
