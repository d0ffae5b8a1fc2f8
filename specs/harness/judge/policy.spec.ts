import { describe, expect, test } from 'vitest';
import {
  applyPolicy,
  excused,
  readPolicy,
  referenceOf,
  type BaselineState,
  type PolicyContext,
} from '../../../src/judge/policy.ts';
import { standingOf, type Verdict } from '../../../src/judge/verdict.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';

const lax: PolicyContext = {
  ci: false,
  strict: false,
  required: new Set(),
  baseline: 'present',
  needs: ['ort-node/cpu', 'cifar10'],
};
const isRed = (verdict: Verdict, more: Partial<PolicyContext> = {}): boolean =>
  applyPolicy({ verdict, sentences: ['why'] }, { ...lax, ...more }).red;

const reds: readonly Verdict[] = ['mismatch', 'vacuous', 'slower', 'regressed', 'crashed', 'timed-out', 'refused'];
const helds: readonly Verdict[] = ['match', 'divergence', 'faster', 'steady', 'held', 'improved'];
const undecided: readonly Verdict[] = ['inconclusive', 'unfit', 'unbaselined', 'unavailable', 'skipped'];

test('a reference that was taken from the card of a blessed case is missed everywhere; one that never was is not', () => {
  const needs = ['ort-node/cpu', referenceOf('linear')];
  expect(applyPolicy({ verdict: 'unavailable', sentences: ['why'] }, { ...lax, needs })).toEqual({
    red: true,
    sentences: [expect.stringContaining('it was blessed against a reference: restore it'), 'why'],
  });
  for (const baseline of ['new-case', 'new-class', 'new-machine'] as const)
    expect(isRed('unavailable', { needs, baseline })).toBe(false);
  expect(isRed('unavailable')).toBe(false);
});

test('where nothing needs to be committed a new case is as expected as on a new machine', () => {
  expect((['present', 'new-case', 'new-machine', 'new-class'] as const).map(excused)).toEqual([
    'present',
    'new-machine',
    'new-machine',
    'new-class',
  ]);
});

test.each(reds)('%s is red everywhere', (verdict) => {
  expect(standingOf(verdict)).toBe('red');
  expect(isRed(verdict)).toBe(true);
  expect(applyPolicy({ verdict, sentences: ['why'] }, { ...lax, ci: true, strict: true })).toEqual({
    red: true,
    sentences: ['why'],
  });
});

test.each(helds)('%s is red nowhere while there is a baseline', (verdict) => {
  expect(standingOf(verdict)).toBe('held');
  expect(isRed(verdict, { ci: true, strict: true, required: 'all' })).toBe(false);
});

test.each(undecided)('%s is red under ONPAR_STRICT only', (verdict) => {
  expect(standingOf(verdict)).toBe('undecided');
  expect(isRed(verdict)).toBe(false);
  expect(applyPolicy({ verdict, sentences: ['why'] }, { ...lax, strict: true })).toEqual({
    red: true,
    sentences: [`${verdict} is red under ONPAR_STRICT`, 'why'],
  });
});

describe('a case without baseline', () => {
  test.each([
    ['match', 'new-case', true],
    ['unbaselined', 'new-case', true],
    ['unfit', 'new-case', false],
    ['inconclusive', 'new-case', true],
    ['unbaselined', 'present', true],
    ['match', 'present', false],
    ['match', 'new-class', false],
    ['unbaselined', 'new-class', false],
    ['unbaselined', 'new-machine', false],
    ['skipped', 'new-case', false],
    ['unavailable', 'new-case', false],
  ] as const)('%s, %s: red in CI is %s', (verdict: Verdict, baseline: BaselineState, red: boolean) => {
    expect(isRed(verdict, { baseline, ci: true })).toBe(red);
    expect(isRed(verdict, { baseline })).toBe(false);
  });

  test('says so first', () => {
    expect(
      applyPolicy({ verdict: 'match', sentences: ['why'] }, { ...lax, ci: true, baseline: 'new-case' }).sentences,
    ).toEqual(['a new case without baseline: bless it on a developer machine and commit the file', 'why']);
  });
});

describe('ONPAR_REQUIRE', () => {
  test.each([
    ['all' as const, true, 'ort-node/cpu'],
    [new Set(['cifar10']), true, 'cifar10'],
    [new Set(['ort-node/cpu']), true, 'ort-node/cpu'],
    [new Set(['ort-node/cuda']), false, ''],
  ])('%s makes what it names red when it is unavailable: %s', (required, red, name) => {
    const outcome = applyPolicy({ verdict: 'unavailable', sentences: ['why'] }, { ...lax, required });
    expect(outcome.red).toBe(red);
    expect(outcome.sentences).toEqual(red ? [`${name} is required here (ONPAR_REQUIRE)`, 'why'] : ['why']);
    expect(isRed('match', { required })).toBe(false);
    expect(isRed('skipped', { required })).toBe(false);
  });

  test('all is red even for a case that names no need', () => {
    expect(isRed('unavailable', { required: 'all', needs: [] })).toBe(true);
  });
});

describe('readPolicy', () => {
  const known = ['ort-node/cpu', 'ort-web/wasm', 'cifar10'];

  test.each([
    [{}, { ci: false, strict: false, required: new Set() }],
    [
      { CI: 'true', ONPAR_STRICT: '1', ONPAR_REQUIRE: 'all' },
      { ci: true, strict: true, required: 'all' },
    ],
    [
      { CI: '1', ONPAR_STRICT: '0', ONPAR_REQUIRE: ' ort-node/cpu, cifar10,' },
      { ci: true, strict: false, required: new Set(['ort-node/cpu', 'cifar10']) },
    ],
    [
      { CI: '', ONPAR_STRICT: '' },
      { ci: false, strict: false, required: new Set() },
    ],
    [{ CI: 'false' }, { ci: false, strict: false, required: new Set() }],
    [{ CI: '0' }, { ci: false, strict: false, required: new Set() }],
  ])('%j', (env, policy) => {
    expect(readPolicy(env, known)).toEqual(policy);
  });

  test.each([
    [{ ONPAR_REQUIRE: 'ort-node/cpus' }, 'Did you mean ort-node/cpu?'],
    [{ ONPAR_REQUIRE: 'cifar10,everything' }, 'Known: all, ort-node/cpu, ort-web/wasm, cifar10.'],
    [{ ONPAR_REQUIRE: 'all,cifar10' }, 'Known: all'],
    [{ ONPAR_STRICT: 'yes' }, 'Set it to 1, or unset it.'],
  ])('%j is bad input: %s', (env, fix) => {
    expect(() => readPolicy(env, known)).toThrow(BadInput);
    expect(() => readPolicy(env, known)).toThrow(fix);
  });
});
