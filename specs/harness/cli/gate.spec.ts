import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPairs } from '../support/noise.ts';
import { newWorkplace, repository } from './onpar.ts';

const { onpar, put } = newWorkplace();
const written = (pairs: readonly Pair[], header?: object): string =>
  [...(header === undefined ? [] : [header]), ...pairs.map((pair) => ({ unit: 's', ...pair }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
const header = { fingerprint: 'epyc-2c', case: 'simplecnn/float32/ort-node/cpu/b1/t1', seed: 7 };
const same = drawPairs(randomFrom(1), 10);
put('same.jsonl', written(same, header));
put('slower.jsonl', written(drawPairs(randomFrom(2), 8, { factor: 1.03 })));
put('faster.jsonl', written(drawPairs(randomFrom(3), 8, { factor: 0.95 })));
put('elsewhere.jsonl', written(same, { ...header, fingerprint: 'xeon-2c' }));
put('few.jsonl', written(drawPairs(randomFrom(4), 3)));
put('wild.jsonl', written(drawPairs(randomFrom(5), 8, { drift: (visit) => 1 + 4 * (visit % 8 < 4 ? 0 : 1) })));
put('header.jsonl', written(same, { confirming: { cases: 0, alpha: 0.01, screen: { location: null, tail: null } } }));
put('torn.jsonl', written(same).slice(0, -30));
put('back.jsonl', written(same.map((pair) => (pair.pair === 4 ? negative(pair) : pair))));

function negative({ pair, blocks }: Pair): Pair {
  return {
    pair,
    blocks: blocks.map((block) => ({ ...block, visits: block.visits.map((visit) => visit.map((x) => -x)) })),
  };
}

const schema = JSON.parse(readFileSync(new URL('../../../src/trace/replay.schema.json', import.meta.url), 'utf8'));
const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema as object);

describe.concurrent('onpar gate replay', () => {
  test.each([
    ['steady', ['same.jsonl'], 0],
    ['slower', ['slower.jsonl'], 1],
    ['slower', ['same.jsonl', '--slowdown', '0.03'], 1],
    ['faster', ['faster.jsonl'], 0],
    ['faster', ['same.jsonl', '--slowdown', '-0.05'], 0],
    ['inconclusive', ['few.jsonl'], 0],
    ['unfit', ['wild.jsonl'], 0],
    ['unfit', ['same.jsonl', '--control', 'slower.jsonl'], 0],
    ['steady', ['slower.jsonl', '--margin', '0.1', '--budget', '0.2'], 0],
    ['inconclusive', ['same.jsonl', '--budget', '0.005', '--margin', '0.001'], 0],
  ])('%s: %j ends with %i, as text and as JSON by its schema', async (verdict, args, code) => {
    const [text, json] = await Promise.all([
      onpar(['gate', 'replay', ...args]),
      onpar(['gate', 'replay', ...args, '--json']),
    ]);
    expect(text).toMatchObject({ code, stderr: '', stdout: expect.stringMatching(new RegExp(`^. ${verdict}\\b`)) });
    expect(json).toMatchObject({ code, stderr: '' });
    const answer = JSON.parse(json.stdout);
    expect(check(answer), JSON.stringify(check.errors)).toBe(true);
    expect(answer.verdict).toBe(verdict);
    for (const sentence of answer.sentences) expect(text.stdout).toContain(`    ${sentence}\n`);
  });

  test('the whole answer, with what the header says and the pairs that were used', async () => {
    const { stdout } = await onpar(['gate', 'replay', 'same.jsonl', '--slowdown', '0.02', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      case: header.case,
      fingerprint: 'epyc-2c',
      slowdown: 0.02,
      verdict: 'slower',
      pairs: 8,
      given: 10,
      settings: { margin: 0.005, budget: 0.03, alpha: 0.01 },
    });
    const text = await onpar(['gate', 'replay', 'same.jsonl', '--slowdown', '0.02']);
    expect(text.stdout).toMatch(
      /^✗ slower {3}simplecnn\/float32\/ort-node\/cpu\/b1\/t1\n {4}slower by \d\.?\d? % \[.*\] than the base \(8 process pairs, false alarm <= 1 %\), can see >= \d\.?\d? % at 90 %\n/,
    );
  });

  test('what the header says of a suite is heeded: the base, the suspicion, a doubt', async () => {
    const screen = { location: { low: 1.03, high: 1.2, level: 0.98 }, tail: null };
    const confirming = { cases: 18, alpha: 0.01, screen };
    const ask = async (more: object) => {
      const file = `${Object.keys(more).join('-')}.jsonl`;
      put(
        file,
        written(drawPairs(randomFrom(6), 12, { factor: 1.05 }), { ...header, against: 'main@3f2a1c9', ...more }),
      );
      return JSON.parse((await onpar(['gate', 'replay', file, '--json'])).stdout);
    };
    const [alone, among, doubted] = await Promise.all([
      ask({ confirming }),
      ask({ confirming: { ...confirming, cases: 4 }, doubt: 'the base died' }),
      ask({ doubt: 'the base died' }),
    ]);
    expect(alone).toMatchObject({ verdict: 'slower', pairs: 10, interval: { low: 1.03, high: 1.2 } });
    expect(alone.sentences[0]).toContain('than main@3f2a1c9 (10 process pairs');
    expect(alone.sentences.join()).toContain('confirmed by fresh pairs, in a suite of 18 cases');
    expect(among.sentences.join()).toContain('confirmed by fresh pairs, in a suite of 4 cases');
    for (const { verdict, sentences } of [among, doubted])
      expect([verdict, sentences[0]]).toEqual(['inconclusive', 'seen slower, but the base died']);
  });

  test('the settings of the run are those of its replay; the command line goes first', async () => {
    const settings = { margin: 0.07, budget: 0.1, alpha: 0.02, seconds: 40 };
    put('own.jsonl', written(drawPairs(randomFrom(6), 8, { factor: 1.05 }), { ...header, settings }));
    const ask = async (...more: string[]) =>
      JSON.parse((await onpar(['gate', 'replay', 'own.jsonl', '--json', ...more])).stdout);
    const [own, other] = await Promise.all([ask(), ask('--margin', '0.01')]);
    expect(own.settings).toEqual({ margin: 0.07, budget: 0.1, alpha: 0.02 });
    expect([own.verdict, other.verdict]).toEqual(['steady', 'slower']);
  });

  test('slowing B by x multiplies the ratio by 1 + x and leaves what could be seen', async () => {
    const at = async (slowdown: string) =>
      JSON.parse((await onpar(['gate', 'replay', 'same.jsonl', '--slowdown', slowdown, '--json'])).stdout);
    const [none, some, again] = await Promise.all([at('0'), at('0.05'), at('0.05')]);
    expect(some.ratio / none.ratio).toBeCloseTo(1.05, 9);
    expect(some.visible).toBeCloseTo(none.visible, 9);
    expect(again).toEqual(some);
  });

  test('what is undecided is red under ONPAR_STRICT, what is decided is not', async () => {
    const strict = { ONPAR_STRICT: '1' };
    expect((await onpar(['gate', 'replay', 'few.jsonl'], strict)).code).toBe(1);
    expect((await onpar(['gate', 'replay', 'wild.jsonl'], strict)).code).toBe(1);
    expect((await onpar(['gate', 'replay', 'same.jsonl'], strict)).code).toBe(0);
    expect(await onpar(['gate', 'replay', 'few.jsonl'], { ONPAR_STRICT: 'banana' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('ONPAR_STRICT: is "banana"'),
    });
  });

  test('a trace that was altered says so in words, too', async () => {
    const line = 'with every call of the new version at +2 % (--slowdown)';
    expect((await onpar(['gate', 'replay', 'same.jsonl', '--slowdown', '0.02'])).stdout).toContain(line);
    expect((await onpar(['gate', 'replay', 'same.jsonl'])).stdout).not.toContain('--slowdown');
  });

  test.each([
    ['a torn trace', ['torn.jsonl'], /torn\.jsonl:10:\d+: .*ends too early/],
    ['a clock that steps back', ['back.jsonl'], /back\.jsonl:5: a call took -.* the clock stepped back/],
    ['a header that is damaged', ['header.jsonl'], /header\.jsonl:1:.*confirming/],
    ['a missing trace', ['gone.jsonl'], /gone\.jsonl: no such file/],
    ['a foreign control', ['same.jsonl', '--control', 'elsewhere.jsonl'], /elsewhere\.jsonl: .*of another machine/],
    ['a control that is too short', ['same.jsonl', '--control', 'few.jsonl'], /few\.jsonl: .* 3 process pairs: 8 can/],
    ['a torn control', ['same.jsonl', '--control', 'torn.jsonl'], /torn\.jsonl:10:\d+: /],
    [
      'a slowdown that is no number',
      ['same.jsonl', '--slowdown', '2%'],
      /--slowdown: '2%' is no number from -0\.99 to 100/,
    ],
    ['an empty slowdown', ['same.jsonl', '--slowdown', ''], /--slowdown: '' is no number/],
    [
      'a budget below the margin',
      ['same.jsonl', '--budget', '0.001'],
      /--budget: the budget 0\.001 is not above the margin 0\.005/,
    ],
    ['an alpha of nothing', ['same.jsonl', '--alpha', '0'], /--alpha: '0' is no number from 0\.0001 to 0\.2/],
    ['no trace', [], /missing required argument/],
    ['an unknown option', ['same.jsonl', '--slowdwon', '1'], /Did you mean --slowdown\?/],
  ])('%s: one clear error, no verdict, exit code 2', async (_, args, words) => {
    const { code, stdout, stderr } = await onpar(['gate', 'replay', ...args, '--json']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('gate alone prints its help and ends with 2', async () => {
    expect(await onpar(['gate'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('replay') });
    expect(await onpar(['gate', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('replay') });
  });
});

test('neither help nor compare loads any of it', () => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?from '(\.[^']+)';$/gm))
      follow(join(dirname(file), path!));
  };
  const dist = join(repository, 'dist');
  for (const entry of ['main', 'compare', 'compare-files', 'compare-project']) follow(join(dist, 'cli', `${entry}.js`));
  const loaded = [...seen].map((file) => file.slice(dist.length + 1));
  expect(loaded).toContain('cli/compare-project.js');
  expect(
    loaded.filter((file) => /^trace\/|^cli\/gate|^judge\/(paired|channels|confirm|fitness|suite)/.test(file)),
  ).toEqual([]);
  expect(loaded.filter((file) => /^stats\/(signed|sequential|visible|holm|hodges)/.test(file))).toEqual([]);
});
