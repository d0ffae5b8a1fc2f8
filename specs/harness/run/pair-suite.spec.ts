import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { PairsTaken, Rule } from '../../../src/broker/rounds.ts';
import type { VersionedCase } from '../../../src/broker/versions.ts';
import { contextOf } from '../../../src/cli/gate.ts';
import { pairedSettingsOf } from '../../../src/judge/settings.ts';
import type { ModelCard } from '../../../src/models/card.ts';
import { judgeOn } from '../../../src/judge/suite.ts';
import { pairSuite } from '../../../src/run/pair-suite.ts';
import type { PairedCase } from '../../../src/run/pair-suite.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { readTrace } from '../../../src/trace/read.ts';
import { drawPairs } from '../support/noise.ts';

const root = mkdtempSync(join(tmpdir(), 'onpar-suite-'));
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => vi.useRealTimers());

/** Only what pairSuite itself looks at: the broker is a stand-in. */
const contest = (name: string, paired: ModelCard['latency'] = { gated: [] }): VersionedCase =>
  ({
    name,
    subject: { artifact: 'float32', backend: 'ort-node/cpu' },
    base: { label: 'main@3f2a1c9', path: `${name} of main` },
    ours: { path: name, model: { card: { latency: paired } } },
  }) as VersionedCase;
const contests = ['m/a', 'm/b', 'm/c'].map((name) => contest(name));
const draw = (seed: number, count: number, factor = 1) => drawPairs(randomFrom(seed), count, { factor });
const taken = (more: Partial<Extract<PairsTaken, { ok: true }>> = {}): PairsTaken => ({
  ok: true,
  pairs: draw(1, 8),
  confirming: [],
  unconfirmed: null,
  pinned: true,
  kernels: null,
  ...more,
});
const died: PairsTaken = {
  ok: false,
  arm: 'base',
  failure: { kind: 'crashed', reason: 'killed by SIGSEGV', missing: null },
};
const slow = taken({ pairs: draw(2, 8, 1.05), confirming: draw(3, 10, 1.05) });

async function suite(
  of: Readonly<Record<string, PairsTaken>>,
  asked: VersionedCase[] = [],
  own: readonly VersionedCase[] = contests,
  rules: Map<string, Rule> = new Map(),
  controls: (contest: VersionedCase) => boolean = () => true,
): Promise<ReadonlyMap<string, PairedCase>> {
  return pairSuite(own, {
    broker: {
      pairs: async (given, { ruleOf }) => {
        asked.push(...given);
        for (const { name } of given) rules.set(name, ruleOf(name));
        return new Map(given.map((each) => [each.name, of[each.name] ?? (controls(each) ? taken() : died)]));
      },
    },
    against: 'main@3f2a1c9',
    tell: () => undefined,
    show: () => undefined,
    root,
    fingerprint: 'epyc-2c',
  });
}
type Ok = Extract<PairedCase, { ok: true }>;
const judged = async (of: Readonly<Record<string, PairsTaken>>, name = 'm/a'): Promise<Ok> =>
  (await suite(of)).get(name) as Ok;

/** What the replay line of a case says, by the code of `onpar gate replay`. */
function replayed({ replay }: Ok): unknown {
  const [, trace = '', control] = /^npx onpar gate replay (\S+)(?: --control (\S+))?$/.exec(replay) ?? [];
  const { header, pairs } = readTrace(join(root, trace));
  const { confirming = null, doubt = null } = header;
  const context = contextOf(header, control === undefined ? [] : readTrace(join(root, control)).pairs);
  return judgeOn(pairs, { confirming, doubt }, pairedSettingsOf(header.settings), context);
}

test('a card may ask for a finer margin and more time: the case and its replay are judged so, the control as usual', async () => {
  const fine = contest('m/a', {
    gated: [],
    paired: { 'float32/ort-node/cpu': { margin: 0.003, budget: 0.02, seconds: 40 } },
  });
  const rules = new Map<string, Rule>();
  const even = { pairs: draw(4, 22, 1.001) };
  const paired = (await suite({ 'm/a': taken(even) }, [], [fine], rules)).get('m/a') as Ok;
  const [ours, control] = ['m/a', 'control'].map((name) => rules.get(name)!);
  expect([ours!.confirming, control!.confirming]).toEqual([25, 10]);
  // Undecided between 0.3 and 2 %, this one has pairs to go where the usual plan ends.
  const wide = draw(4, 20, 1.004);
  expect([ours!.enough(wide), control!.enough(wide)]).toEqual([false, true]);
  expect(ours!.enough(even.pairs)).toBe(true);
  expect(paired.judgement.verdict).toBe('steady');
  expect(replayed(paired)).toEqual(paired.judgement);
  expect(readTrace(join(root, paired.trace)).header.settings).toEqual({
    margin: 0.003,
    budget: 0.02,
    alpha: 0.01,
    seconds: 40,
  });
});

describe('the null control', () => {
  test('is the base of a case against itself, each in its turn', async () => {
    const drawn = new Set<string>();
    for (let time = 0; time < 40; time += 1) {
      vi.useFakeTimers({ now: 1e12 + time });
      const asked: VersionedCase[] = [];
      await suite({}, asked);
      const [control, ...others] = asked.filter(({ name }) => name === 'control');
      expect(others).toEqual([]);
      expect(control!.ours).toBe(control!.base);
      drawn.add(control!.base.path);
    }
    expect(drawn).toEqual(new Set(['m/a of main', 'm/b of main', 'm/c of main']));
  });

  test('that could not be taken is said in every verdict, and leaves slower undecided', async () => {
    const of = { 'm/a': slow, control: died };
    expect((await judged(of)).judgement.verdict).toBe('inconclusive');
    expect((await judged(of, 'm/b')).judgement.verdict).toBe('steady');
    for (const name of ['m/a', 'm/b'])
      expect((await judged(of, name)).judgement.sentences.join()).toMatch(
        /base against base could not be measured: m\/[abc]: killed by SIGSEGV/,
      );
  });

  test('that could not be taken is taken of another case, one whose own pairs were: a dead base costs its case alone', async () => {
    const dead = { 'm/a': died, 'm/b': slow };
    for (let time = 0; time < 12; time += 1) {
      vi.useFakeTimers({ now: 1e12 + time });
      const asked: VersionedCase[] = [];
      const judgedAll = await suite(dead, asked, contests, new Map(), ({ base }) => base.path !== 'm/a of main');
      expect((judgedAll.get('m/b') as Ok).judgement.verdict).toBe('slower');
      expect(judgedAll.get('m/a')).toMatchObject({ ok: false, arm: 'base' });
      const controls = asked.filter(({ name }) => name === 'control').map(({ base }) => base.path);
      expect(controls.at(-1)).not.toBe('m/a of main');
      expect(controls.length).toBe(controls[0] === 'm/a of main' ? 2 : 1);
    }
  });

  test('that differs forbids every verdict', async () => {
    const of = { 'm/a': slow, control: taken({ pairs: draw(4, 8, 1.1) }) };
    for (const name of ['m/a', 'm/b']) expect((await judged(of, name)).judgement.verdict).toBe('unfit');
  });
});

describe('the replay line gives the verdict that was printed, and its sentences', () => {
  test.each([
    ['steady', {}],
    ['slower', { 'm/a': slow }],
    ['slower', { 'm/a': slow, 'm/b': slow }],
    ['inconclusive', { 'm/a': slow, control: died }],
    ['inconclusive', { 'm/a': taken({ pairs: draw(2, 8, 1.05), unconfirmed: died.failure }) }],
    ['steady', { 'm/a': taken({ pairs: draw(2, 8, 1.05), confirming: draw(5, 10) }) }],
    ['unfit', { 'm/a': slow, control: taken({ pairs: draw(4, 8, 1.1) }) }],
    ['steady', { 'm/a': taken({ pinned: false }) }],
  ] as const)('%s', async (verdict, of) => {
    const found = await judged(of);
    expect(found.judgement.verdict).toBe(verdict);
    const again = replayed(found) as Ok['judgement'];
    expect(again.verdict).toBe(verdict);
    expect(again.sentences).toEqual(found.judgement.sentences);
    expect(again.evidence).toEqual(found.judgement.evidence);
  });

  test.each([
    [true, 0],
    [false, 1],
  ])(
    'whether all was held to one core (%s) stands in the trace, and in the verdict where it was not',
    async (pinned, count) => {
      const { trace, judgement } = await judged({ 'm/a': taken({ pinned }) });
      expect(readTrace(join(root, trace)).header.pinned).toBe(pinned);
      expect(judgement.sentences.filter((sentence) => sentence.startsWith('not pinned to a core'))).toHaveLength(count);
    },
  );

  test('nor is unfit silent about it; the control says its own', async () => {
    const found = await judged({
      'm/a': taken({ pinned: false, pairs: draw(2, 8, 1.05) }),
      control: taken({ pairs: draw(4, 8, 1.1) }),
    });
    expect(found.judgement.verdict).toBe('unfit');
    expect(found.judgement.sentences.join()).toContain('not pinned to a core');
    expect(readTrace(join(root, found.trace.replace('.jsonl', '.control.jsonl'))).header.pinned).toBe(true);
  });

  test('names the control, which is kept beside the trace', async () => {
    expect((await judged({})).replay).toBe(
      'npx onpar gate replay .onpar/traces/m+a.jsonl --control .onpar/traces/m+a.control.jsonl',
    );
    expect((await judged({ control: died })).replay).toBe('npx onpar gate replay .onpar/traces/m+a.jsonl');
  });
});

test('the pairs that raised a suspicion are kept beside those that confirm it, and not beyond the run', async () => {
  const screen = join(root, '.onpar/traces/m+a.screen.jsonl');
  await suite({ 'm/a': slow });
  expect(readTrace(screen).pairs).toHaveLength(8);
  expect(readTrace(screen).pairs[0]!.blocks[0]!.visits[0]![0]).toBeCloseTo(
    draw(2, 1, 1.05)[0]!.blocks[0]!.visits[0]![0]!,
    8,
  );
  expect(existsSync(join(root, '.onpar/traces/m+b.screen.jsonl'))).toBe(false);
  await suite({});
  expect(existsSync(screen)).toBe(false);
});

test('two cases never share a trace, and of one that dies none of an earlier run is left', async () => {
  const names = ['m-a/b', 'm/a-b', 'm/a b', 'm/a~b'];
  const alike = names.map((name) => contest(name));
  const judgedAll = await suite({}, [], alike);
  const traces = names.map((name) => join(root, (judgedAll.get(name) as Ok).trace));
  expect(new Set(traces.map((path) => path.toLowerCase())).size).toBe(names.length);
  expect(traces.map((path) => readTrace(path).header.case)).toEqual(names);
  await suite({ [names[0]!]: { ...died, arm: 'ours' } }, [], alike);
  expect(traces.map((path) => existsSync(path))).toEqual([false, true, true, true]);
});

test('where no trace can be kept nothing is measured, and the error says what to do', async () => {
  const [onpar, asked]: [string, VersionedCase[]] = [join(root, '.onpar'), []];
  rmSync(onpar, { recursive: true, force: true });
  writeFileSync(onpar, 'a file in its place');
  await expect(suite({}, asked)).rejects.toThrow(/\.onpar\/traces: cannot be written \(ENOTDIR[^]*ONPAR_BASE=none/);
  expect(asked).toEqual([]);
  rmSync(onpar);
});

test('a dead arm has no verdict, and whose it was', async () => {
  expect((await suite({ 'm/b': { ...died, arm: 'ours' } })).get('m/b')).toEqual({
    ok: false,
    arm: 'ours',
    how: 'crashed',
    missing: null,
    reason: 'killed by SIGSEGV',
  });
});
