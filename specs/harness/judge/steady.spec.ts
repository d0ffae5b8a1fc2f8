import { describe, expect, test } from 'vitest';
import type { PairedJudgement } from '../../../src/judge/paired.ts';
import { judgeSteady, notPaired } from '../../../src/judge/steady.ts';
import type { AcceptedSlowdown, Pairing } from '../../../src/judge/steady.ts';
import { judgeLatency } from '../../../src/judge/latency.ts';
import { steadyMargins } from '../../../src/judge/settings.ts';
import type { LatencyVerdict } from '../../../src/judge/verdict.ts';
import { toSample } from '../../../src/stats/sample.ts';

const sample = toSample([1e-3, 1.01e-3, 1.02e-3, 1.03e-3, 1.04e-3]);
const times = (factor: number) => toSample(sample.map((value) => value * factor));
/** Too far apart to decide against. */
const vague = toSample([0.6e-3, 0.75e-3, 0.9e-3, 1.05e-3, 1.2e-3]);
const wild = toSample([1e-3, 1e-3, 1e-3, 1e-3, 9e-3]);
const today = '2026-11-25';

const judgement = (verdict: LatencyVerdict, ratio: number): PairedJudgement => ({
  verdict,
  sentences: [`${verdict} than main@3f2a1c9`],
  evidence: {
    ratio,
    interval: { low: ratio - 0.01, high: ratio + 0.01, level: 0.98 },
    pairs: 8,
    given: 8,
    visible: 0.02,
    opinions: { q25: ratio, median: ratio },
    shapeChanged: false,
    tail: null,
    tailAlone: false,
  },
});
const paired = (verdict: LatencyVerdict, ratio: number, accepted: AcceptedSlowdown | null = null): Pairing => ({
  kind: 'paired',
  judgement: judgement(verdict, ratio),
  accepted,
});
const accepted = { slowdown: 0.1, reason: 'the larger head', expires: '2026-12-31' };

describe('pairs decide', () => {
  test.each([
    ['slower', 1.03],
    ['steady', 1],
    ['faster', 0.9],
    ['inconclusive', 1.01],
    ['unfit', 1],
  ] as const)('%s, whatever was committed on this machine', (verdict, ratio) => {
    for (const baseline of [undefined, times(2), times(0.5)]) {
      const judged = judgeSteady(judgeLatency(sample, baseline, steadyMargins), {
        pairings: [paired(verdict, ratio)],
        today,
      });
      expect(judged.verdict).toBe(verdict);
      expect(judged.sentences[0]).toBe(`${verdict} than main@3f2a1c9`);
    }
  });

  test('what is slower than what was committed, and not than the base, is told with them', () => {
    const told = (verdict: LatencyVerdict, baseline = times(0.5)) =>
      judgeSteady(judgeLatency(sample, baseline, steadyMargins), { pairings: [paired(verdict, 1)], today }).sentences;
    for (const verdict of ['steady', 'faster', 'inconclusive'] as const)
      expect(told(verdict)).toEqual([
        `${verdict} than main@3f2a1c9`,
        expect.stringMatching(/^slower by 100 % .* than the committed baseline .*: before this base, .*ONPAR_ANCHOR/),
      ]);
    expect(told('slower')).toHaveLength(1);
    for (const baseline of [sample, times(2)]) expect(told('steady', baseline)).toHaveLength(1);
  });
});

describe('a slowdown that the card accepts', () => {
  const judge = (ratio: number, given: AcceptedSlowdown | null, on = today) =>
    judgeSteady(judgeLatency(sample, undefined, steadyMargins), {
      pairings: [paired('slower', ratio, given)],
      today: on,
    });

  test('is steady within its bound, with the reason, and still says how much', () => {
    expect(judge(1.05, accepted)).toMatchObject({
      verdict: 'steady',
      sentences: ['slower as accepted until 2026-12-31: the larger head', 'slower than main@3f2a1c9'],
    });
  });

  test.each([
    ['beyond its bound', 1.2, today, 'more than the 10 % that are accepted until 2026-12-31: the larger head'],
    ['after its last good day', 1.05, '2027-01-01', 'the accepted slowdown expired on 2026-12-31: the larger head'],
  ])('is slower %s', (_, ratio, on, sentence) => {
    expect(judge(ratio, accepted, on)).toMatchObject({
      verdict: 'slower',
      sentences: ['slower than main@3f2a1c9', sentence],
    });
  });

  test('is no verdict of what is not slower', () => {
    const pairing = paired('steady', 1, accepted);
    expect(judgeSteady(judgeLatency(sample, undefined, steadyMargins), { pairings: [pairing], today })).toMatchObject({
      verdict: 'steady',
      sentences: ['steady than main@3f2a1c9'],
    });
  });

  test.each([
    [1.8, 0.1, 'slower'],
    // A tail may be as much longer as any case's may, or as the rest may.
    [1.1, 0.01, 'steady'],
    [1.11, 0.01, 'slower'],
    [1.25, 0.25, 'steady'],
    [1.26, 0.25, 'slower'],
  ])('a tail whose interval begins at %d is, with %d accepted, %s', (low, slowdown, verdict) => {
    const found = judgement('slower', 1);
    const tail = { ratio: 2, interval: { low, high: 2.2, level: 0.98 } };
    const pairing: Pairing = {
      kind: 'paired',
      judgement: { ...found, evidence: { ...found.evidence!, tail } },
      accepted: { ...accepted, slowdown },
    };
    const screen = judgeLatency(sample, undefined, steadyMargins, undefined, null);
    expect(judgeSteady(screen, { pairings: [pairing], today }).verdict).toBe(verdict);
  });

  test('holds on its last good day', () => {
    expect(judge(1.05, accepted, '2026-12-31').verdict).toBe('steady');
  });

  test('is slower without one', () => {
    expect(judge(1.05, null)).toMatchObject({ verdict: 'slower', sentences: ['slower than main@3f2a1c9'] });
  });
});

test('a new version that dies where the base does not has crashed', () => {
  const pairing: Pairing = {
    kind: 'died',
    how: 'crashed',
    reason: 'the worker was killed by SIGSEGV',
    against: 'v1@0a1b2c3',
  };
  expect(
    judgeSteady(judgeLatency(sample, sample, steadyMargins, undefined, null), { pairings: [pairing], today }),
  ).toEqual({
    verdict: 'crashed',
    sentences: ['in pairs with v1@0a1b2c3: the worker was killed by SIGSEGV'],
    evidence: null,
  });
});

describe('where nothing that it runs on differs', () => {
  const same: Pairing = { kind: 'same', against: 'main@3f2a1c9' };
  const judge = (baseline: typeof sample | undefined, target = sample) =>
    judgeSteady(judgeLatency(target, baseline, steadyMargins, undefined, null), { pairings: [same], today });

  test.each([
    ['nothing is committed', undefined, sample, 1],
    ['it is as fast as committed', sample, sample, 2],
    ['it is faster', times(2), sample, 1],
    ['it is neither surely slower nor surely not', vague, sample, 1],
    ['the machine is not fit', sample, wild, 1],
  ])('it is steady when %s', (_, baseline, target, told) => {
    const { verdict, sentences } = judge(baseline, target);
    expect(verdict).toBe('steady');
    expect(sentences[0]).toBe('artifact, packages and backend are those of main@3f2a1c9');
    expect(sentences).toHaveLength(told);
  });

  test('it is slower when it surely and grossly is: something else changed', () => {
    const { verdict, sentences } = judge(times(0.5));
    expect(verdict).toBe('slower');
    expect(sentences.at(-1)).toContain('look at Node, the installed files and the machine');
  });
});

describe('without a base the committed latency is all there is', () => {
  const judge = (baseline: typeof sample | undefined, pairing = notPaired('this is the first commit')) =>
    judgeSteady(judgeLatency(sample, baseline, steadyMargins), {
      pairings: [pairing],
      today,
    });

  test.each([
    [undefined, 'unbaselined'],
    [sample, 'steady'],
    [times(0.5), 'slower'],
    [times(2), 'faster'],
    [vague, 'inconclusive'],
  ] as const)('%j: %s', (baseline, verdict) => {
    expect(judge(baseline).verdict).toBe(verdict);
  });

  test('why it was not paired is said where it would have helped', () => {
    const reason = 'not paired with a base version: this is the first commit';
    expect(judge(undefined).sentences).toContain(reason);
    expect(judge(vague).sentences).toContain(reason);
    expect(judge(sample).sentences).not.toContain(reason);
  });

  test.each([undefined, sample, times(0.5), times(2), vague])(
    'what can be mended is said in any case: %j',
    (baseline) => {
      const { sentences } = judge(baseline, notPaired('onpar is not built at main@3f2a1c9', true));
      expect(sentences.at(-1)).toBe('not paired with a base version: onpar is not built at main@3f2a1c9');
    },
  );
});

describe('with an anchor too', () => {
  const none = notPaired('ONPAR_BASE is none');
  const same: Pairing = { kind: 'same', against: 'main@3f2a1c9' };
  const died: Pairing = { kind: 'died', how: 'crashed', reason: 'killed', against: 'v1@0a1b2c3' };
  const anchored = (verdict: LatencyVerdict, ratio: number, given: AcceptedSlowdown | null = null): Pairing => ({
    kind: 'paired',
    judgement: { ...judgement(verdict, ratio), sentences: [`${verdict} than v1@0a1b2c3`] },
    accepted: given,
  });
  const judge = (pairings: readonly Pairing[], baseline?: typeof sample) =>
    judgeSteady(judgeLatency(sample, baseline, steadyMargins, undefined, null), { pairings, today });

  test.each([
    ['slower', paired('steady', 1.003), anchored('slower', 1.02), 1.02],
    ['slower', paired('slower', 1.03), anchored('steady', 1), 1.03],
    ['slower', same, anchored('slower', 1.02), 1.02],
    ['slower', paired('inconclusive', 1.01), anchored('slower', 1.02), 1.02],
    ['inconclusive', paired('steady', 1), anchored('inconclusive', 1.01), 1.01],
    ['unfit', paired('inconclusive', 1.01), anchored('unfit', 1), 1],
    ['steady', paired('steady', 1), anchored('faster', 0.9), 1],
    ['faster', paired('faster', 0.9), anchored('faster', 0.8), 0.9],
    ['steady', none, anchored('steady', 1), 1],
    ['slower', none, anchored('slower', 1.02), 1.02],
    ['crashed', paired('slower', 1.03), died, null],
    ['steady', same, anchored('faster', 0.9), null],
  ] as const)('%s: the worse verdict counts, with its figures', (verdict, base, anchor, ratio) => {
    const found = judge([base, anchor]);
    expect(found.verdict).toBe(verdict);
    expect(found.evidence?.ratio ?? null).toBe(ratio);
  });

  test('both are said, the worse one first, each with the name of its base', () => {
    expect(judge([paired('steady', 1.003), anchored('slower', 1.02)]).sentences).toEqual([
      'slower than v1@0a1b2c3',
      'steady than main@3f2a1c9',
    ]);
    expect(judge([none, anchored('slower', 1.02)]).sentences).toEqual([
      'slower than v1@0a1b2c3',
      'not paired with a base version: ONPAR_BASE is none',
    ]);
  });

  test('a slowdown that the card accepts is accepted against the anchor as well', () => {
    expect(judge([same, anchored('slower', 1.05, accepted)]).verdict).toBe('steady');
    expect(judge([same, anchored('slower', 1.2, accepted)]).verdict).toBe('slower');
  });

  test('that cannot be paired with leaves the verdict to the base, and says so', () => {
    const { verdict, sentences } = judge([paired('steady', 1), notPaired('v1@0a1b2c3 has no m/float32')]);
    expect(verdict).toBe('steady');
    expect(sentences.at(-1)).toBe('not paired with a base version: v1@0a1b2c3 has no m/float32');
  });
});

describe('a machine whose core others had', () => {
  const slow = toSample(times(2));
  const judge = (waiting: number | null, pairings: readonly Pairing[] = []) =>
    judgeSteady(judgeLatency(slow, sample, steadyMargins, undefined, waiting), { pairings, today });

  test('is not fit to call anything slower, and says how busy it was; where it was free or does not tell, it is', () => {
    expect(judge(0.62)).toMatchObject({
      verdict: 'unfit',
      sentences: [expect.stringContaining('62 % of the time'), expect.stringContaining('slower by')],
    });
    expect(judge(0.05).verdict).toBe('slower');
    expect(judge(null).verdict).toBe('slower');
  });

  test('does not excuse what pairs say, which wait alike; and what runs on nothing new stays steady', () => {
    expect(judge(0.62, [paired('slower', 1.1)]).verdict).toBe('slower');
    const same = { kind: 'same', against: 'main@3f2a1c9' } as const;
    expect(judge(0.62, [same]).verdict).toBe('steady');
    expect(judge(0.05, [same]).verdict).toBe('slower');
  });

  test('leaves everything else as it is', () => {
    for (const target of [sample, toSample(times(0.5))])
      expect(
        judgeSteady(judgeLatency(target, sample, steadyMargins, undefined, 0.62), { pairings: [], today }),
      ).toEqual(judgeSteady(judgeLatency(target, sample, steadyMargins, undefined, null), { pairings: [], today }));
  });
});
