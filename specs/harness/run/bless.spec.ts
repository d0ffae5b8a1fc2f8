import { expect, test } from 'vitest';
import type { Pairing } from '../../../src/judge/steady.ts';
import type { Verdict } from '../../../src/judge/verdict.ts';
import { levelOf } from '../../../src/run/bless.ts';

const same: Pairing = { kind: 'same', against: 'main@3f2a1c9' };
const none: Pairing = { kind: 'none', reason: 'ONPAR_BASE is none', mendable: false };

test.each<[string, Verdict, Pairing, Verdict, Verdict]>([
  ['code that is that of the base has a slower day', 'steady', same, 'slower', 'steady'],
  ['or a faster one', 'steady', same, 'faster', 'steady'],
  ['grossly slower, as fresh processes said again, is a new level all the same', 'slower', same, 'slower', 'slower'],
  ['an unfit machine is no day', 'steady', same, 'unfit', 'unfit'],
  ['without a base the committed values are all there is', 'slower', none, 'slower', 'slower'],
])('%s', (_, verdict, pairing, screened, level) => {
  expect(levelOf({ verdict, pairings: [pairing] }, screened)).toBe(level);
});
