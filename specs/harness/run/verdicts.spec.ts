import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMachine } from '../../../src/baselines/read-machine.ts';
import { notPaired } from '../../../src/judge/steady.ts';
import type { Pairing } from '../../../src/judge/steady.ts';
import { judgePaired } from '../../../src/judge/paired.ts';
import { judgeAnswer } from '../../../src/run/answer.ts';
import { Run } from '../../../src/run/run.ts';
import { Verdicts } from '../../../src/run/verdicts.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { toSample } from '../../../src/stats/sample.ts';
import { drawPairs } from '../support/noise.ts';
import { newProject } from '../support/project.ts';

const project = newProject();
const five = (seconds: number): number[] => [1, 1.01, 1.02, 1.03, 1.04].map((factor) => factor * seconds);
const { fingerprint } = readMachine();

/** Commits this latency for the case, seconds. */
function bless(seconds: number): void {
  const provenance = { date: '2026-11-23', commit: null, onpar: '0.1.0', node: '20.20.2', reason: null, backends: {} };
  const values = { latency: { 'float32/ort-node/cpu/b1/t1': five(seconds) } };
  project.put(
    `baselines/machines/${fingerprint}/linear.json`,
    JSON.stringify({ schemaVersion: 1, model: 'linear', fingerprint, provenance, values }),
  );
}

const start = (env: NodeJS.ProcessEnv = {}): Promise<Run> =>
  Run.start(project.root, { env, broker: { processes: 5, patience: Infinity, budget: 0.01 } });

let run: Run;
beforeEach(async () => {
  project.card('linear', { latency: { gated: ['float32/ort-node/cpu'] } });
  bless(1);
  run = await start();
});
afterEach(async () => {
  await run.close();
  project.remove();
});

const paired = (factor: number): Pairing => ({
  kind: 'paired',
  judgement: judgePaired(drawPairs(randomFrom(1), 8, { factor })),
  accepted: null,
});

test.each([
  ['what pairs found slower stays so: a base cannot be blessed away', paired(1.05), 'slower', 'slower'],
  ['what pairs found steady stays so', paired(1), 'steady', 'steady'],
  ['what nothing explains is accepted', { kind: 'same', against: 'main' } as Pairing, 'slower', 'steady'],
  ['what had no base is judged by what is committed now', notPaired('no base'), 'slower', 'steady'],
])('after a bless, %s', (_, pairing, before, after) => {
  const [subject] = run.plan('latency');
  const verdicts = new Verdicts(run, 'some');
  const target = toSample(five(2));
  const answer = run.answer(subject!, { ok: true, value: target }, [], { pairings: [pairing], waiting: null });
  verdicts.add(subject!, judgeAnswer(run.metric('latency'), answer), target);
  const verdict = (): string => verdicts.entries()[0]!.verdict;
  expect(verdict()).toBe(before);
  bless(2);
  run.readBaselines();
  verdicts.judgeAgain();
  expect(verdict()).toBe(after);
});

test('a bless on a busy machine leaves what is blessed alone: slower for want of a core is not slower', () => {
  const [subject] = run.plan('latency');
  const metric = run.metric('latency');
  const target = toSample(five(2));
  expect(run.screen(metric, subject!, target, null)).toBe('slower');
  expect(run.screen(metric, subject!, target, 0.5)).toBe('unfit');
});

test('after a bless, what waited for its core is still not judged', () => {
  const [subject] = run.plan('latency');
  const verdicts = new Verdicts(run, 'some');
  const target = toSample(five(2));
  const answer = run.answer(subject!, { ok: true, value: target }, [], { pairings: [], waiting: 0.5 });
  verdicts.add(subject!, judgeAnswer(run.metric('latency'), answer), target);
  expect(verdicts.entries()[0]).toMatchObject({ verdict: 'unfit', red: false });
  verdicts.judgeAgain();
  expect(verdicts.entries()[0]).toMatchObject({ verdict: 'unfit', red: false });
});

test('what a card gates is asked of every machine: without its spec a whole run has no verdict of it', async () => {
  project.remove();
  await run.close();
  const other = newProject();
  other.card('linear', { latency: { gated: ['float32/ort-node/cpu'] } });
  run = await Run.start(other.root, { env: {}, broker: { processes: 5, patience: Infinity, budget: 0.01 } });
  const missed = 'latency linear/float32/ort-node/cpu/b1/t1 was planned and has no verdict';
  expect(new Verdicts(run, 'whole').problems()).toEqual([missed]);
  for (const scope of ['files', 'some'] as const) expect(new Verdicts(run, scope).problems()).toEqual([]);
  await run.close();
  other.card('linear', {});
  run = await Run.start(other.root, { env: {}, broker: { processes: 5, patience: Infinity, budget: 0.01 } });
  expect(new Verdicts(run, 'whole').problems()).toEqual([]);
  other.remove();
});

test('a latency that was blessed and left its card is a problem of a whole run', async () => {
  expect(new Verdicts(run, 'whole').forgotten()).toEqual([]);
  await run.close();
  project.card('linear', {});
  run = await start();
  expect(new Verdicts(run, 'whole').forgotten()).toEqual([
    expect.stringContaining('latency linear/float32/ort-node/cpu/b1/t1 was blessed and is no case any more'),
  ]);
});

test.each(['held', 'inconclusive'])(
  'a relation that is %s needs nothing blessed, in CI neither: it carries its promise',
  async (verdict) => {
    await run.close();
    run = await start({ CI: '1' });
    const subject = {
      metric: 'relation',
      model: 'linear',
      artifact: 'float32',
      backend: null,
      batch: null,
      threads: 1,
      images: null,
    };
    const target = {
      figure: 0.2,
      interval: null,
      range: { low: 0, high: 0.3 },
      told: 'a fifth',
      promise: 'at most 0.3',
    };
    const doubt = verdict === 'held' ? null : 'others had the core';
    const answer = run.answer(subject, { ok: true, value: { ...target, doubt } }, []);
    expect(judgeAnswer(run.metric('relation'), answer)).toMatchObject({ verdict, red: false });
  },
);
