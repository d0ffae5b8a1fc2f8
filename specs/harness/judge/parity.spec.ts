import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorComparison } from '../../../src/compare/comparison.ts';
import type { Parity } from '../../../src/baselines/baseline.generated.ts';
import { judgeParity, parityTarget, type ParityContext, type ParityTarget } from '../../../src/judge/parity.ts';

const comparison = (excess: number, more: Partial<TensorComparison> = {}): TensorComparison => ({
  output: 'logits',
  dtype: 'float32',
  dims: [64, 10],
  structure: null,
  count: 640,
  mismatched: excess > 1 ? 640 : 0,
  identical: 0,
  maxAbs: 3.41,
  rms: 1,
  nmse: 0.0123456,
  excess,
  passing: { atol: 0.0831, rtol: 0.01 },
  tolerance: { atol: 1.3e-5, rtol: 1e-6, nmse: 1e-9, nan: 'refuse' },
  ...more,
});
const target = (excess: number, vacuous: string | null = null): ParityTarget =>
  parityTarget([comparison(excess)], vacuous, 'torch float64');
const context: ParityContext = { today: '2026-11-23', divergence: undefined };
const known = { reason: 'erf is approximated', expires: '2026-12-31' };
const blessed = (excess: number, divergence?: Parity['divergence']): Parity => ({
  excess,
  nmse: 1e-9,
  ...(divergence ? { divergence } : {}),
});
const verdict = (excess: number, baseline?: Parity, more: Partial<ParityContext> = {}): string =>
  judgeParity(target(excess), baseline, { ...context, ...more }).verdict;

describe('without anything known', () => {
  test.each([
    [0, 'match'],
    [0.5, 'match'],
    [1, 'match'],
    [1.0000001, 'mismatch'],
    [Infinity, 'mismatch'],
    [NaN, 'mismatch'],
  ])('excess %d is %s', (excess, expected) => {
    expect(verdict(excess)).toBe(expected);
    expect(verdict(excess, blessed(0.5))).toBe(expected);
  });

  test('an excess of NaN fails even if the caller hands it in raw', () => {
    expect(judgeParity({ ...target(0), excess: NaN }, undefined, context).verdict).toBe('mismatch');
  });

  test('a match without a baseline says so', () => {
    expect(judgeParity(target(0.3), undefined, context).sentences).toEqual([
      '0.3 of the tolerance against torch float64, no baseline yet',
    ]);
    expect(judgeParity(target(0.3), blessed(0.3), context).sentences).toEqual([
      '0.3 of the tolerance against torch float64',
    ]);
  });
});

describe('vacuous comes first', () => {
  test('whatever the numbers and the baseline say', () => {
    for (const excess of [0, 5]) {
      const judgement = judgeParity(target(excess, 'all outputs are constant'), blessed(0, known), context);
      expect(judgement).toEqual({
        verdict: 'vacuous',
        sentences: ['proves nothing: all outputs are constant'],
      });
    }
  });

  test('nothing compared proves nothing', () => {
    expect(judgeParity(parityTarget([], null, 'x'), undefined, context)).toEqual({
      verdict: 'vacuous',
      sentences: ['proves nothing: no output was compared'],
    });
  });
});

describe('drift within the tolerance', () => {
  test.each([
    [0.4, 0.04, 'match'],
    [0.41, 0.04, 'mismatch'],
    [0.02, 0, 'match'],
    [0.021, 0, 'mismatch'],
    [0.02, 0.0001, 'match'],
    [0.9, 0.5, 'match'],
    [0.001, 0.9, 'match'],
  ])('%d, blessed %d, is %s', (excess, old, expected) => {
    expect(verdict(excess, blessed(old))).toBe(expected);
  });

  test('says how far it moved', () => {
    expect(judgeParity(target(0.4), blessed(0.01), context).sentences).toEqual([
      'within the tolerance, but 40x the blessed difference (0.4 of the tolerance against torch float64, blessed 0.01)',
    ]);
    expect(judgeParity(target(0.4), blessed(0), context).sentences[0]).toContain('but the blessed answer was equal');
  });
});

describe('known divergences', () => {
  test.each([
    ['blessed, as known', 5, blessed(5, known), 'divergence'],
    ['grown to twice', 10, blessed(5, known), 'divergence'],
    ['grown beyond twice', 10.1, blessed(5, known), 'mismatch'],
    ['went away', 1, blessed(5, known), 'mismatch'],
    ['expired', 5, blessed(5, { ...known, expires: '2026-11-22' }), 'mismatch'],
    ['on its last day', 5, blessed(5, { ...known, expires: '2026-11-23' }), 'divergence'],
    ['beyond any tolerance', Infinity, blessed(5, known), 'mismatch'],
  ] as const)('%s', (_, excess, baseline, expected) => {
    expect(verdict(excess, baseline)).toBe(expected);
  });

  test.each([
    ['without a baseline', 5, undefined, known, 'divergence'],
    ['with a blessed excess', 5, blessed(4), known, 'divergence'],
    ['blessed as a match', 5, blessed(0.5), known, 'mismatch'],
    ['went away', 0.5, undefined, known, 'mismatch'],
    ['expired', 5, undefined, { ...known, expires: '2026-01-01' }, 'mismatch'],
    ['beyond any tolerance', Infinity, undefined, known, 'mismatch'],
    ['without a date', 5, undefined, { ...known, expires: '' }, 'mismatch'],
  ] as const)('of the card: %s', (_, excess, baseline, divergence, expected) => {
    expect(verdict(excess, baseline, { divergence })).toBe(expected);
  });

  test('excuses what was accepted, and no other output and nothing else that it is compared with', () => {
    const [boxes, scores] = ['boxes against torch float64', 'scores against torch float64'] as const;
    const diverging = (...all: readonly string[]): ParityTarget =>
      parityTarget([comparison(5)], null, 'torch float64', all.map((what) => ({ what, excess: 5 }))); // prettier-ignore
    const accepted = { ...blessed(5, known), diverging: [boxes] };
    const judge = (seen: ParityTarget, baseline: Parity | undefined, card?: ParityContext['divergence']) =>
      judgeParity(seen, baseline, { ...context, divergence: card });
    expect(judge(diverging(boxes), accepted).verdict).toBe('divergence');
    expect(judge(diverging(boxes, scores), accepted)).toMatchObject({
      verdict: 'mismatch',
      sentences: [
        'scores against torch float64 diverges by 5x the tolerance: not what was accepted',
        'known until 2026-12-31: erf is approximated',
        expect.any(String),
      ],
    });
    expect(judge(diverging('boxes against ort-node/cpu'), accepted).verdict).toBe('mismatch');
    // What the card excuses is held to what was blessed with it; what was blessed before names were kept is held to its size.
    expect(judge(diverging(scores), { ...blessed(5), diverging: [boxes] }, known).verdict).toBe('mismatch');
    expect(judge(diverging(boxes, scores), blessed(5, known)).verdict).toBe('divergence');
    expect(judge(diverging(boxes), undefined, known).verdict).toBe('divergence');
  });

  test('the baseline goes before the card', () => {
    const judgement = judgeParity(target(5), blessed(5, known), {
      ...context,
      divergence: { reason: 'old', expires: '2020-01-01' },
    });
    expect(judgement.verdict).toBe('divergence');
  });

  test('each says why and what next', () => {
    const say = (excess: number, baseline: Parity | undefined, card?: ParityContext['divergence']): string =>
      judgeParity(target(excess), baseline, { ...context, divergence: card }).sentences.join(' | ');
    expect(say(5, blessed(5, known))).toBe(
      'known divergence until 2026-12-31: erf is approximated | 5x the tolerance against torch float64',
    );
    expect(say(0.5, blessed(5, known))).toBe(
      'the known divergence went away: 0.5 of the tolerance against torch float64 (on record: erf is approximated) | bless to take it off the record',
    );
    expect(say(0.5, undefined, known)).toContain('remove it from the divergences of model.json');
    expect(say(20, blessed(5, known))).toContain(
      'diverges more than known: 20x the tolerance, blessed 5x: erf is approximated',
    );
    expect(say(5, blessed(5, { ...known, expires: '2026-11-22' }))).toContain(
      'the known divergence expired on 2026-11-22: erf is approximated',
    );
    expect(say(Infinity, blessed(5, known))).toContain('no tolerance can pass this');
  });
});

describe('sentences of a mismatch', () => {
  test('each output that is outside, worst first', () => {
    const outputs = [
      comparison(2, { output: 'a' }),
      comparison(0.5, { output: 'b' }),
      comparison(Infinity, { output: 'c', structure: 'dims differ: [1] against [2]' }),
      comparison(7),
    ];
    expect(judgeParity(parityTarget(outputs, null, 'torch float64'), undefined, context).sentences).toEqual([
      'c: dims differ: [1] against [2]',
      'logits: 640 of 640 elements differ from torch float64 by up to 3.41 (7x the tolerance, NMSE 0.0123 (1e-9 allowed))',
      expect.stringMatching(/^a: /),
    ]);
  });

  test('is never silent', () => {
    expect(judgeParity({ ...target(0), excess: 3 }, undefined, context).sentences).toEqual([
      '3x the tolerance against torch float64',
    ]);
  });
});

describe('parityTarget', () => {
  test('takes the worst of the outputs, NaN above all', () => {
    const summed = parityTarget([comparison(0.2, { nmse: 1e-3 }), comparison(0.7, { nmse: NaN })], null, 'x');
    expect([summed.excess, summed.nmse, summed.vacuous]).toEqual([0.7, Infinity, null]);
    expect(parityTarget([comparison(NaN), comparison(0.1)], null, 'x').excess).toBe(Infinity);
    expect(parityTarget([comparison(0.1)], 'why', 'x').vacuous).toBe('why');
  });
});

test('no baseline ever turns an unexcused mismatch into a match', () => {
  const positive = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (excess, old) => {
      const outcome = verdict(excess, blessed(old));
      expect(outcome === 'match').toBe(excess <= 1 && excess <= Math.max(0.02, 10 * old));
      expect(['match', 'mismatch']).toContain(outcome);
    }),
  );
});
