import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { judgePaired } from '../../../src/judge/paired.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { readTrace } from '../../../src/trace/read.ts';
import { drawPairs } from '../support/noise.ts';
import { refusal } from '../support/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'onpar-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'a.jsonl');
const read = (content: string | Uint8Array): ReturnType<typeof readTrace> => {
  writeFileSync(path, content);
  return readTrace(path);
};

const perSecond = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };
const line = (pair: Pair, unit: keyof typeof perSecond = 'us'): string => {
  const scaled = (calls: readonly number[]): number[] => calls.map((call) => call * perSecond[unit]);
  const blocks = pair.blocks.map(({ order, visits, reference }) => ({
    order,
    visits: visits.map(scaled),
    reference: scaled(reference),
  }));
  return JSON.stringify({ pair: pair.pair, unit, blocks });
};
const header = JSON.stringify({
  fingerprint: 'epyc-2c',
  case: 'simplecnn/float32/ort-node/cpu/b1/t1',
  seed: 7,
  made: [1],
});
const small = '{"pair":0,"unit":"us","blocks":[{"order":"ABBA","visits":[[1],[2],[2],[1]]}]}';

const duration = fc.double({ min: 1e-9, max: 10, noNaN: true });
const visit = fc.array(duration, { minLength: 1, maxLength: 4 });
const block = fc.constantFrom('ABBA', 'BAAB', 'AB', 'BA', 'ABAB').chain((order) =>
  fc.record({
    order: fc.constant(order),
    visits: fc.array(visit, { minLength: order.length, maxLength: order.length }),
    reference: fc.array(duration, { maxLength: 3 }),
  }),
);
const traces = fc
  .array(fc.array(block, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  .map((all): Pair[] => all.map((blocks, pair) => ({ pair, blocks })));

describe('what was written is what is read', () => {
  test('in every unit, with and without a header, with and without a last line end', () => {
    fc.assert(
      fc.property(
        traces,
        fc.constantFrom('s' as const, 'ms' as const, 'us' as const, 'ns' as const),
        fc.boolean(),
        fc.constantFrom('', '\n', '\r\n', '\n\n'),
        (written, unit, headed, end) => {
          const lines = [...(headed ? [header] : []), ...written.map((pair) => line(pair, unit))];
          const trace = read(lines.join(end === '\r\n' ? end : '\n') + end);
          const flat = (some: readonly Pair[]): number[] =>
            some.flatMap(({ blocks }) => blocks.flatMap(({ visits, reference }) => [...visits.flat(), ...reference]));
          expect(trace.pairs.map(({ pair }) => pair)).toEqual(written.map(({ pair }) => pair));
          expect(trace.pairs.map(({ blocks }) => blocks.map(({ order }) => order))).toEqual(
            written.map(({ blocks }) => blocks.map(({ order }) => order)),
          );
          const [there, here] = [flat(written), flat(trace.pairs)];
          expect(here.length).toBe(there.length);
          for (const [index, value] of here.entries()) expect(value / there[index]!).toBeCloseTo(1, 12);
          expect(trace.header.seed).toBe(headed ? 7 : undefined);
        },
      ),
    );
  });

  test('unknown fields are ignored, in any place', () => {
    const more =
      '{"pair":3,"unit":"ns","mode":"pinned","blocks":[{"order":"AB","visits":[[1],[2]],"cpu":[0.1]}],"case":4}';
    expect(read(more).pairs).toEqual([{ pair: 3, blocks: [{ order: 'AB', visits: [[1e-9], [2e-9]], reference: [] }] }]);
  });

  test('a unit in the header is an unknown field of it, and alone a damaged pair', () => {
    expect(read(`{"seed":7,"unit":"ms"}\n${small}`).header).toMatchObject({ seed: 7 });
    expect(() => read(`{"unit":"ms"}\n${small}`)).toThrow('lacks "pair"');
  });

  test('numbers of pairs may have gaps and any order: the lines are the order run', () => {
    const at = (pair: number): string => small.replace('"pair":0', `"pair":${pair}`);
    expect(read([at(9), at(2), at(4)].join('\n')).pairs.map(({ pair }) => pair)).toEqual([9, 2, 4]);
  });
});

describe('one clear error, with file and line', () => {
  const good = line(drawPairs(randomFrom(1), 1, { blocks: 1 })[0]!);
  test.each<[string, string | Uint8Array, number, string]>([
    ['an empty file', '', 1, 'is empty'],
    ['nothing but line ends', '\n\n', 1, 'is empty'],
    ['a header alone', `${header}\n`, 1, 'holds no process pair'],
    ['a torn line', `${header}\n${good.slice(0, -9)}`, 2, 'ends too early'],
    ['a line torn in the middle of a file', `${good.slice(0, 60)}\n${small}\n`, 1, 'ends too early'],
    ['a line lost in the middle', `${good}\n\n${small}\n`, 2, 'is empty'],
    ['two lines in one', `${small}${good}\n`, 1, 'not JSON'],
    ['another format', '<?xml version="1.0"?>\n<a/>\n', 1, 'not JSON'],
    ['an array', '[1,2,3]\n', 1, 'expected object'],
    ['a number', '7\n', 1, 'expected object'],
    ['a JSON file that is no trace', '{"numFailedTests":0}\n{"a":1}\n', 2, 'lacks "pair"'],
    ['a second header', `${header}\n${header}\n`, 2, 'lacks "pair"'],
    ['a pair without blocks', '{"pair":0,"unit":"us"}\n', 1, 'lacks "blocks"'],
    ['no block', '{"pair":0,"unit":"us","blocks":[]}\n', 1, 'fewer than 1 items'],
    ['an unknown unit', small.replace('"us"', '"µs"'), 1, 'expected one of s, ms, us, ns'],
    ['an order that is not balanced', small.replace('ABBA', 'ABBB'), 1, 'must match pattern'],
    ['an order of whole halves', small.replace('ABBA', 'AABB'), 1, 'must match pattern'],
    ['a visit missing', small.replace('[[1],', '['), 1, 'order ABBA names 4 visits, 3 are here'],
    ['an empty visit', small.replace('[[1],', '[[],'), 1, 'fewer than 1 items'],
    ['a pair twice', `${header}\n${good}\n${small}\n`, 3, 'pair 0 stands in line 2 already'],
    ['another unit', `${small}\n${small.replace('us', 'ms').replace('"pair":0', '"pair":1')}`, 2, 'unit is ms'],
    ['a clock that steps back', small.replace('[[1]', '[[-1]'), 1, 'a call took -1 us: the clock stepped back'],
    ['a clock that stands still', small.replace('[[1]', '[[0]'), 1, 'a call took 0 us'],
    ['a reference below zero', small.replace(']]}', ']],"reference":[-3]}'), 1, 'a call took -3 us'],
    ['a duration that is lost in the unit', small.replace('[[1]', '[[1e-320]'), 1, 'no duration of a call'],
    ['a time of day', small.replace('[[1]', '[[1795000000000000]'), 1, 'no duration of a call'],
    ['a number that is not finite', small.replace('[[1]', '[[1e999]'), 1, 'too large for a float64'],
    ['NaN', small.replace('[[1]', '[[NaN]'), 1, 'NaN is not JSON'],
    ['null', small.replace('[[1]', '[[null]'), 1, 'is null, expected number'],
    ['a number as text', small.replace('[[1]', '[["1"]'), 1, 'is a string, expected number'],
    ['a pair that is no number', small.replace('"pair":0', '"pair":0.5'), 1, 'expected integer'],
    ['a seed that is none', `{"seed":"x"}\n${small}`, 1, 'expected integer'],
    ['a byte order mark', `\uFEFF${small}`, 1, 'byte order mark'],
    ['a key twice', small.replace('{"pair":0', '{"pair":0,"pair":1'), 1, 'stands twice'],
    [
      'bytes that are no text',
      Buffer.concat([Buffer.from(`${small}\n`), Buffer.from([0x7b, 0xff, 0x7d])]),
      2,
      'not UTF-8',
    ],
    ['zeros after a crash', `${small}\n\0\0\0\0`, 2, 'ends too early'],
  ])('%s', async (_, content, at, words) => {
    const { where, what } = await refusal(() => read(content));
    expect(where).toMatch(new RegExp(`a\\.jsonl:${at}(:|$)`));
    expect(what).toContain(words);
  });

  test('one that was packed, cut anywhere or damaged; whole it reads as before', async () => {
    const packed = join(folder, 'a.jsonl.gz');
    const bytes = gzipSync(`${header}\n${small}\n`);
    writeFileSync(packed, bytes);
    expect(readTrace(packed)).toEqual(read(`${header}\n${small}\n`));
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(packed, bytes.subarray(0, length));
      expect(await refusal(() => readTrace(packed))).toMatchObject({ where: expect.stringContaining('a.jsonl.gz') });
    }
    writeFileSync(packed, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1));
    expect((await refusal(() => readTrace(packed))).what).toContain('cannot be read');
  });

  test('a file that is not there, a folder', async () => {
    expect((await refusal(() => readTrace(join(folder, 'gone.jsonl')))).what).toBe('no such file');
    expect((await refusal(() => readTrace(folder))).what).toContain('is a folder');
  });
});

describe('damage', () => {
  const trace = (factor: number): Buffer => {
    const drawn = drawPairs(randomFrom(17), 8, { factor, blocks: 4, calls: 6, reference: () => [5e-4] });
    const rounded = drawn.map((pair) => line(pair).replaceAll(/\d+\.\d+/g, (x) => Number(x).toFixed(1)));
    return Buffer.from(`${[header, ...rounded].join('\n')}\n`);
  };
  const verdictOf = (content: Uint8Array): { verdict: string; pairs: number } | 'refused' => {
    try {
      const { pairs } = read(content);
      return { verdict: judgePaired(pairs).verdict, pairs: pairs.length };
    } catch (error) {
      expect(error).toBeInstanceOf(BadInput);
      expect((error as BadInput).where).toMatch(/a\.jsonl:\d+/);
      return 'refused';
    }
  };
  const cases = [
    ['slower', trace(1.06)],
    ['steady', trace(1)],
    ['faster', trace(0.94)],
  ] as const;

  test.each(cases)(
    'any byte of a %s trace flipped: an error with its line, or the same verdict on as many pairs',
    (verdict, whole) => {
      expect(verdictOf(whole)).toEqual({ verdict, pairs: 8 });
      fc.assert(
        fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
          const damaged = Buffer.from(whole);
          damaged[at] = byte;
          expect([{ verdict, pairs: 8 }, 'refused']).toContainEqual(verdictOf(damaged));
        }),
        { numRuns: 400 },
      );
    },
  );

  test('digits and signs are where a flip can hide: the same for them alone', () => {
    const [verdict, whole] = cases[0];
    const digits = [...whole.entries()].filter(([, byte]) => byte >= 0x2c && byte <= 0x39).map(([at]) => at);
    fc.assert(
      fc.property(fc.constantFrom(...digits), fc.constantFrom(...Buffer.from('0123456789.,-eE ]')), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        expect([{ verdict, pairs: 8 }, 'refused']).toContainEqual(verdictOf(damaged));
      }),
      { numRuns: 400 },
    );
  });

  test('cut anywhere: an error, unless nothing but the last line end or whole lines are gone', () => {
    const [, whole] = cases[0];
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        const answer = verdictOf(whole.subarray(0, length));
        if (answer === 'refused') return;
        const rest = whole.subarray(length);
        expect(rest[0] === 0x0a || whole[length - 1] === 0x0a).toBe(true);
        expect(answer.pairs).toBe(8 - rest.subarray(1).filter((byte) => byte === 0x0a).length);
      }),
      { numRuns: 300 },
    );
  });
});
