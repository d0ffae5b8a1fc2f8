import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelsOf, type Channels } from '../../../src/judge/channels.ts';
import { judgePaired, nextLook, verdictOf, type PairedJudgement } from '../../../src/judge/paired.ts';
import { weigh } from '../../../src/judge/paired-evidence.ts';
import { pairedSettings, pairedSettingsOf } from '../../../src/judge/settings.ts';
import { normal, randomFrom, type Random } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPairs, logRatios, luck, noises, type Noise, type Recipe } from '../support/noise.ts';

/** Pairs whose data are exactly these ratios: every call of a visit takes the same time. */
const exactly = (ratios: readonly number[], calls = 3): Pair[] =>
  ratios.map((ratio, pair) => {
    const visit = (letter: string): number[] =>
      Array.from({ length: calls }, () => (letter === 'B' ? ratio : 1) * 1e-3);
    return { pair, blocks: [{ order: 'ABBA', visits: ['A', 'B', 'B', 'A'].map(visit), reference: [] }] };
  });
/** As many ratios as asked, evenly spread around a centre, the greatest and the least first. */
const around = (centre: number, spread: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const step = 1 - (2 * Math.floor(i / 2)) / Math.max(1, count - 1);
    return centre + spread * step * (i % 2 === 0 ? 1 : -1);
  });
const verdictAt = (centre: number, spread = 0.001, count = 8): string =>
  judgePaired(exactly(around(centre, spread, count))).verdict;

describe('verdicts', () => {
  test.each([
    ['slower', 1.02, 0.001, 8],
    ['slower', 1.0075, 0.001, 8],
    ['slower', 3, 0.1, 8],
    ['steady', 1, 0.001, 8],
    ['steady', 1.005, 0.001, 8],
    ['steady', 1.01, 0.019, 20],
    ['steady', 0.9955, 0.001, 8],
    ['faster', 0.98, 0.001, 8],
    ['faster', 0.2, 0.01, 8],
    ['inconclusive', 1, 0.05, 8],
    ['inconclusive', 1.03, 0.1, 20],
    ['inconclusive', 1.02, 0.001, 7],
    ['inconclusive', 1.5, 0.001, 1],
  ])('%s at %d times the base with pairs %d apart, %d of them', (verdict, centre, spread, count) => {
    expect(verdictAt(centre, spread, count)).toBe(verdict);
  });

  test('without a base unbaselined, with the next step', () => {
    const none = judgePaired(undefined);
    expect(none).toEqual({ verdict: 'unbaselined', sentences: [expect.stringContaining('bless')], evidence: null });
    expect(judgePaired([]).verdict).toBe('unbaselined');
  });

  test("the margin itself is nobody's business, the budget itself is not steady, slower wins over steady", () => {
    const settings = { ...pairedSettings, margin: 0.5, budget: 1 };
    const at = (ratio: number): string => judgePaired(exactly(around(ratio, 0, 8)), settings).verdict;
    expect(at(1.5)).toBe('steady');
    expect(at(1.5001)).toBe('slower');
    expect(at(0.6667)).toBe('steady');
    expect(at(0.6666)).toBe('faster');
    expect(judgePaired(exactly(around(2, 0, 8)), { ...settings, margin: 1 }).verdict).toBe('inconclusive');
  });

  test('one wild pair of twenty costs nothing; of eight it costs the look, and nextLook goes on', () => {
    const wild = (count: number): PairedJudgement => judgePaired(exactly([0.9, ...around(1.02, 0.001, count - 1)]));
    expect(wild(20).verdict).toBe('slower');
    expect(wild(8).verdict).toBe('steady');
    expect(nextLook(wild(8))).toBe(12);
  });

  test('turning the arms turns the verdict; slowing both arms changes nothing', () => {
    const drawn = drawPairs(randomFrom(3), 8, { factor: 1.02 });
    const turned = drawn.map(({ pair, blocks }) => ({
      pair,
      blocks: blocks.map((block) => ({
        ...block,
        order: block.order.replaceAll(/./g, (arm) => (arm === 'A' ? 'B' : 'A')),
      })),
    }));
    const there = judgePaired(drawn);
    const back = judgePaired(turned);
    expect([there.verdict, back.verdict]).toEqual(['slower', 'faster']);
    expect(there.evidence!.ratio * back.evidence!.ratio).toBeCloseTo(1, 9);
    expect(there.evidence!.interval.low * back.evidence!.interval.high).toBeCloseTo(1, 9);
  });

  test('every trace ends in one verdict with a sentence and no NaN, and a slow-down never helps', () => {
    const ratios = fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 1, maxLength: 22 });
    const order = ['faster', 'steady', 'inconclusive', 'slower'];
    fc.assert(
      fc.property(ratios, fc.double({ min: 1, max: 1.5, noNaN: true }), (drawn, factor) => {
        const now = judgePaired(exactly(drawn));
        const later = judgePaired(exactly(drawn.map((ratio) => ratio * factor)));
        expect(order.indexOf(now.verdict)).toBeGreaterThanOrEqual(0);
        expect(order.indexOf(later.verdict)).toBeGreaterThanOrEqual(order.indexOf(now.verdict));
        expect(now.sentences.join()).not.toMatch(/NaN|undefined|Infinity/);
        expect(now.sentences.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe('sentences', () => {
  const told = (ratios: readonly number[], calls = 3): readonly string[] =>
    judgePaired(exactly(ratios, calls), pairedSettings, { against: 'main@3f2a1c9' }).sentences;
  const tooFew = 'nothing is said of the tail: fewer than 24 calls of an arm in a pair';

  test('slower: how much, how sure, against what, how many, and what could have been seen', () => {
    expect(told(around(1.031, 0.005, 12))).toEqual([
      'slower by 3.1 % [2.7, 3.5] than main@3f2a1c9 (12 process pairs, false alarm <= 1 %), can see >= 1.1 % at 90 %',
      tooFew,
    ]);
  });

  test('faster: the interval in the direction told', () => {
    expect(told(around(0.96, 0.005, 12))[0]).toMatch(
      /^faster by 4 % \[3\.6, 4\.4\] than main@3f2a1c9 \(12 process pairs, false alarm <= 1 %\), can see >= /,
    );
  });

  test('steady: the estimate and the bound', () => {
    expect(told(around(1.004, 0.009, 8))[0]).toMatch(
      /^\+0\.4 %, at most \+1\.3 % against main@3f2a1c9 \(8 process pairs, budget 3 %\), can see >= 1\.\d % at 90 %$/,
    );
  });

  test('inconclusive: what would settle it', () => {
    expect(told([1.01, 1.02, 1.03])).toEqual([
      '+2 % against main@3f2a1c9, and no word on how surely',
      '3 process pairs cannot decide: 8 can',
      tooFew,
    ]);
    // The first look that a small alpha allows is a later one.
    const strict = judgePaired(exactly(around(1.05, 0.001, 8)), pairedSettingsOf({ alpha: 1e-3 }));
    expect(strict.sentences[1]).toBe('8 process pairs cannot decide: 12 can');
    expect(told(around(1.02, 0.019, 8))[1]).toBe('16 process pairs would probably settle it');
    expect(told(around(1, 0.3, 8))[1]).toMatch(
      /^only a quieter machine would settle it; a budget of 30(\.\d)? % would call it steady$/,
    );
    const beyond = told(around(1.017, 0.03, 20))[1] ?? '';
    const [, pairs, seconds] =
      /^(\d+) process pairs would probably settle it: ask for "seconds": (\d+) in latency\.paired of the card; a budget of/.exec(
        beyond,
      ) ?? [];
    expect(pairedSettingsOf({ seconds: Number(seconds) }).looks.at(-1)?.pairs).toBeGreaterThanOrEqual(Number(pairs));
    expect(told(around(1.02, 0.06, 20))[1]).toContain('only a quieter machine');
  });

  test('pairs between looks and beyond the last one are counted, not judged', () => {
    const ten = judgePaired(exactly([...around(1.02, 0.001, 8), 0.5, 0.5]));
    expect(ten.verdict).toBe('slower');
    expect(ten.evidence).toMatchObject({ pairs: 8, given: 10 });
    expect(ten.sentences[1]).toBe('10 process pairs given, judged at the look at 8: the next look is at 12');
    expect(told(around(1, 0.001, 30))[1]).toBe(
      '30 process pairs given, judged at the look at 20: the plan has no later look',
    );
  });
});

describe('the machine', () => {
  const slower = drawPairs(randomFrom(5), 8, { factor: 1.05 });

  test('is unfit where the base differs from itself by more than twice, whatever the ratio', () => {
    const wild: Recipe = { factor: 1.05, drift: (visit) => (visit % 8 < 4 ? 1 : 2.5) };
    const { verdict, sentences, evidence } = judgePaired(drawPairs(randomFrom(6), 8, wild));
    expect(verdict).toBe('unfit');
    expect(sentences).toEqual([
      expect.stringMatching(
        /^this machine was not fit to measure: equal work of the base differed 2\.\d+x between visits of the usual pair; run again when it is quiet$/,
      ),
    ]);
    expect(evidence!.ratio).toBeGreaterThan(1);
  });

  test('is fit where some pairs were taken while it was three times as slow: a ratio within pairs does not see it', () => {
    const pairs = [1, 3, 1, 3, 3, 1, 3, 1].map((level, pair) => ({
      ...drawPairs(randomFrom(pair), 1, { factor: 1.05, drift: () => level, reference: () => [level * 1e-4] })[0]!,
      pair,
    }));
    expect(judgePaired(pairs).verdict).toBe('slower');
  });

  test('is unfit where the reference does, and fit where it does not', () => {
    const at = (times: number): string =>
      judgePaired(
        drawPairs(randomFrom(7), 8, { factor: 1.05, reference: (random) => [random() < 0.5 ? 1e-4 : times * 1e-4] }),
      ).verdict;
    expect(at(2.2)).toBe('unfit');
    expect(at(1.8)).toBe('slower');
  });

  test('is not to blame for a new version that is erratic', () => {
    const erratic: Recipe = { factor: 1, call: (random, arm) => (arm === 'B' ? 1.2 + 3 * random() : 1) };
    expect(judgePaired(drawPairs(randomFrom(8), 8, erratic)).verdict).toBe('slower');
  });

  test('is unfit where base against base differs, and the sentence says by how much', () => {
    const biased = drawPairs(randomFrom(9), 8, { factor: 1.02 });
    const vetoed = judgePaired(slower, pairedSettings, { control: biased });
    expect(vetoed.verdict).toBe('unfit');
    expect(vetoed.sentences[0]).toMatch(
      /base against base came out slower, \+\d\.?\d* % \[.*\] near the minimum, .* in the tail/,
    );
    expect(judgePaired(slower, pairedSettings, { control: biased.slice(0, 7) }).verdict).toBe('slower');
  });

  test('is fit where base against base does not', () => {
    const control = drawPairs(randomFrom(10), 8);
    expect(judgePaired(slower, pairedSettings, { control }).verdict).toBe('slower');
    const faster = drawPairs(randomFrom(9), 8, { factor: 0.97 });
    expect(judgePaired(slower, pairedSettings, { control: faster }).verdict).toBe('unfit');
  });
});

describe('shape and tail', () => {
  /** B has one slow call in so many. */
  const slowCalls =
    (every: number, times: number): NonNullable<Recipe['call']> =>
    (random, arm) =>
      (1 + 0.01 * random()) * (arm === 'B' && random() < 1 / every ? times : 1);

  test.each([
    [20, 2],
    [10, 2],
    [7, 1.5],
  ])('one call in %d that takes %d times as long: missed near the minimum, slower in the tail', (every, times) => {
    const drawn = drawPairs(randomFrom(20 + every), 20, { call: slowCalls(every, times) });
    const { verdict, sentences, evidence } = judgePaired(drawn);
    expect(verdictOf({ ...weigh(channelsOf(drawn), pairedSettings), tail: null }, pairedSettings)).toBe('steady');
    expect(verdict).toBe('slower');
    expect(sentences[0]).toMatch(/^slower in the tail by \d+ % \[\d+, \d+\] than the base \(20 process pairs/);
    expect(sentences[1]).toMatch(/near the minimum, can see >=/);
    expect(evidence!.tail!.ratio).toBeGreaterThan(1.1);
  });

  test('a slow-down of everything is told once by place and tail', () => {
    const { sentences } = judgePaired(drawPairs(randomFrom(30), 12, { factor: 1.4 }));
    expect(sentences.map((sentence) => sentence.split(' by ')[0])).toEqual(['slower', 'slower in the tail']);
  });

  test('with few calls there is no tail, and the place has all of alpha', () => {
    const few: Channels = channelsOf(drawPairs(randomFrom(31), 12, { blocks: 5, calls: 2 }));
    expect(few.tail).toBeNull();
    expect(weigh(few, pairedSettings).looks[1]!.rank).toBe(5);
    const many = channelsOf(drawPairs(randomFrom(31), 12, { blocks: 6, calls: 2 }));
    expect(many.tail).toHaveLength(12);
    expect(weigh(many, pairedSettings).looks[1]!.rank).toBe(4);
  });

  test('place and tail share one alpha: both exactly at their margins, apart from each other, an alarm at most once in a hundred', () => {
    const random = randomFrom(34);
    const draw = (effect: number): number[] =>
      logRatios(20, { effect, deviation: 0.01, noise: noises['normal']!, random });
    const runs = 6000;
    let alarms = 0;
    for (let i = 0; i < runs; i += 1) {
      const [location, tail] = [draw(pairedSettings.margin), draw(pairedSettings.tailMargin)];
      alarms += pairedSettings.looks.some(({ pairs }) => {
        const some = location.slice(0, pairs);
        const seen = { location: some, q25: some, median: some, tail: tail.slice(0, pairs) };
        return verdictOf(weigh(seen, pairedSettings), pairedSettings) === 'slower';
      })
        ? 1
        : 0;
    }
    expect(alarms / runs).toBeLessThan(0.01);
    expect(weigh(channelsOf(drawPairs(random, 8)), pairedSettings).tail!.look).toBeUndefined();
  });

  test('where most calls got slower and a few did not, the shape changed', () => {
    const mostly: NonNullable<Recipe['call']> = (random, arm) =>
      (arm === 'B' && random() < 0.75 ? 1.05 : 1) * (1 + 0.002 * random());
    const { evidence, sentences } = judgePaired(drawPairs(randomFrom(32), 12, { call: mostly }));
    expect(evidence!.shapeChanged).toBe(true);
    expect(evidence!.opinions.median).toBeGreaterThan(evidence!.ratio + 0.01);
    expect(sentences.join('\n')).toContain('the shape of the times changed');
  });

  test.each([
    [1.02, 'steady'],
    [1.08, 'inconclusive'],
  ])('most calls of B take %d of the time, and its fastest ones what they took: %s', (factor, expected) => {
    let call = 0;
    const mostly: NonNullable<Recipe['call']> = (random, arm) =>
      (arm === 'B' && call++ % 6 > 1 ? factor : 1) * (1 + 0.002 * random());
    const { verdict, sentences, evidence } = judgePaired(drawPairs(randomFrom(32), 20, { call: mostly, calls: 6 }));
    expect(verdict).toBe(expected);
    expect(evidence!.interval.high).toBeLessThan(1.01);
    expect(evidence!.shapeChanged).toBe(true);
    if (verdict === 'steady') return;
    expect(sentences[0]).toMatch(/near the minimum \(20 process pairs\), and most calls take surely longer than that$/);
    expect(sentences[1]).toMatch(/^more pairs would not settle it/);
  });

  test('steady names a tail that leans and is not sure', () => {
    const tail = [-0.3, 0.9, 0.4, 0.5, -0.2, 0.6, 0.7, -0.1, 0.4, 0.5, 0.3, 0.2].map((log) => Math.exp(log));
    const call = (random: Random, arm: 'A' | 'B', pair: number): number =>
      arm === 'B' && random() < 0.1 ? tail[pair % tail.length]! : 1;
    const pairs = Array.from({ length: 20 }, (_, pair) => ({
      ...drawPairs(randomFrom(pair), 1, { call: (random, arm) => call(random, arm, pair), blocks: 12, calls: 8 })[0]!,
      pair,
    }));
    const { verdict, sentences, evidence } = judgePaired(pairs);
    expect(verdict).toBe('steady');
    expect(evidence!.tail!.ratio).toBeGreaterThan(1.1);
    expect(sentences[1]).toMatch(/^the slowest tenth is open: \+\d+ % \[/);
  });

  test('where all calls moved alike, or none, it did not', () => {
    for (const factor of [1, 1.1])
      expect(judgePaired(drawPairs(randomFrom(33), 12, { factor })).evidence!.shapeChanged).toBe(false);
  });
});

test('the visible slowdown is found nine times in ten, by the whole rule on whole pairs', () => {
  const random = randomFrom(50);
  const { visible } = judgePaired(drawPairs(random, 20)).evidence!;
  const found = Array.from({ length: 60 }, () => judgePaired(drawPairs(random, 20, { factor: 1 + visible! })).verdict);
  expect(found.filter((verdict) => verdict === 'slower').length / 60).toBeGreaterThan(0.9 - luck(0.9, 60));
  expect(visible).toBeLessThan(0.015);
});

describe('operating characteristic', () => {
  const channels = (location: readonly number[]): Channels => ({
    location,
    q25: location,
    median: location,
    // A tail that moved with everything else.
    tail: location,
  });
  const judgeData = (data: readonly number[]): { verdict: PairedJudgement['verdict']; ratio: number; tail: number } => {
    const weighed = weigh(channels(data), pairedSettings);
    return { verdict: verdictOf(weighed, pairedSettings), ratio: weighed.location.ratio, tail: weighed.tail!.ratio };
  };
  /** A recorder that goes on as nextLook says. */
  const record = (
    effect: number,
    deviation: number,
    noise: Noise,
    random: () => number,
  ): PairedJudgement['verdict'] => {
    const data: number[] = [];
    let verdict: PairedJudgement['verdict'] = 'unbaselined';
    let evidence: PairedJudgement['evidence'] = null;
    for (;;) {
      const next = nextLook({ verdict, evidence, sentences: [] });
      if (next === null) return verdict;
      data.push(...logRatios(next - data.length, { effect, deviation, noise, random }));
      const judged = judgeData(data);
      verdict = judged.verdict;
      evidence = {
        ratio: judged.ratio,
        given: data.length,
        tail: { ratio: judged.tail },
      } as PairedJudgement['evidence'];
    }
  };
  const share = (verdict: string, effect: number, deviation: number, noise: Noise, runs = 3000): number => {
    const random = randomFrom(60);
    let count = 0;
    for (let i = 0; i < runs; i += 1) count += record(effect, deviation, noise, random) === verdict ? 1 : 0;
    return count / runs;
  };

  describe.each(Object.keys(noises))('%s noise between processes, pair deviation 0.005', (name) => {
    const noise = noises[name]!;
    test('nothing changed: no alarm, and steady', () => {
      expect(share('slower', 0, 0.005, noise)).toBeLessThanOrEqual(0.002);
      expect(share('steady', 0, 0.005, noise)).toBeGreaterThan(0.97);
    });

    test('exactly at the margin: an alarm at most once in a hundred', () => {
      expect(share('slower', 0.005, 0.005, noise)).toBeLessThan(0.01 + luck(0.01, 3000));
    });

    test('slower by 2 %: found', () => {
      expect(share('slower', 0.02, 0.005, noise)).toBeGreaterThanOrEqual(0.95);
    });

    test('slower by 5 %: found; faster by 2 %: seen', () => {
      expect(share('slower', 0.05, 0.005, noise)).toBeGreaterThan(0.995);
      expect(share('faster', -0.02, 0.005, noise)).toBeGreaterThan(0.85);
    });
  });

  test('beyond the budget: called steady at most once in a hundred', () => {
    for (const noise of Object.values(noises))
      expect(share('steady', 0.03, 0.01, noise)).toBeLessThan(0.01 + luck(0.01, 3000));
  });

  test('on a loud machine nothing is called slower that is not, and what is undecided says so', () => {
    expect(share('slower', 0, 0.05, noises['heavy']!)).toBeLessThan(0.01);
    expect(share('inconclusive', 0, 0.05, noises['heavy']!)).toBeGreaterThan(0.1);
  });

  test('whole pairs, old against old: no alarm in 150 runs, and 2 % are found', () => {
    const random = randomFrom(70);
    const verdicts = (factor: number, runs: number): string[] =>
      Array.from({ length: runs }, () => {
        const weighed = weigh(channelsOf(drawPairs(random, 12, { factor })), pairedSettings);
        return verdictOf(weighed, pairedSettings);
      });
    expect(new Set(verdicts(1, 150))).toEqual(new Set(['steady']));
    const found = verdicts(1.02, 60).filter((verdict) => verdict === 'slower').length;
    expect(found).toBeGreaterThanOrEqual(57);
  });
});

describe('nextLook', () => {
  const after = (ratios: readonly number[]): number | null => nextLook(judgePaired(exactly(ratios)));

  test('goes on where nothing is decided, and where steady leans to slower; stops elsewhere', () => {
    expect(nextLook(judgePaired(undefined))).toBe(8);
    expect(after(around(1.02, 0.001, 3))).toBe(8);
    expect(after(around(1, 0.2, 8))).toBe(12);
    expect(after(around(1, 0.2, 20))).toBeNull();
    expect(after(around(1.02, 0.001, 8))).toBeNull();
    expect(after(around(0.98, 0.001, 8))).toBeNull();
    expect(after(around(1, 0.001, 8))).toBeNull();
    expect(after(around(1.01, 0.009, 8))).toBe(12);
  });

  test('stops where the machine is not fit', () => {
    expect(nextLook({ ...judgePaired(exactly(around(1, 0.2, 8))), verdict: 'unfit' })).toBeNull();
  });
});

test('a thousand normal numbers are what the specs assume', () => {
  const random = randomFrom(1);
  for (const noise of Object.values(noises)) {
    const drawn = Array.from({ length: 20_000 }, () => noise(random));
    expect(Math.abs(drawn.reduce((sum, x) => sum + x, 0) / 20_000)).toBeLessThan(0.04);
    expect(drawn.reduce((sum, x) => sum + x * x, 0) / 20_000).toBeGreaterThan(0.8);
  }
  expect(normal(random)).not.toBeNaN();
});
