/** Sizes and peak memory: one number against the blessed one, two-sided. Refuses to compare what is not a positive finite number: that is regressed, not held. */
import { judged, type Judgement, type ValueVerdict } from './verdict.ts';
import { change } from './words.ts';

export interface ValueRule {
  /** May differ by relative * baseline + absolute and is held. */
  readonly margin: { readonly relative: number; readonly absolute: number };
  /** How a value is printed, unit included. */
  readonly show: (value: number) => string;
}

/** Base units. `improved` is no red, but says to bless: a baseline that is left behind hides the next regression. */
export const judgeValue = (target: number, baseline: number | undefined, rule: ValueRule): Judgement<ValueVerdict> => {
  // Written so that NaN regresses.
  if (!(target > 0 && target < Infinity)) return judged('regressed', `not a measurement: ${target}`);
  if (baseline === undefined) return judged('unbaselined', `${rule.show(target)}, no baseline yet`);
  const allowed = rule.margin.relative * baseline + rule.margin.absolute;
  if (Math.abs(target - baseline) <= allowed) return judged('held', heldWords(target, baseline, rule));
  const word = target > baseline ? 'bigger' : 'smaller';
  const difference = `${target > baseline ? '+' : '-'}${rule.show(Math.abs(target - baseline))}`;
  const told = `${word}: ${rule.show(target)} against ${rule.show(baseline)} blessed (${difference}, ${change(target / baseline)}, ${allowanceWords(allowed, rule)})`;
  return target < baseline ? judged('improved', told, 'bless to hold it there') : judged('regressed', told);
};

const heldWords = (target: number, baseline: number, rule: ValueRule): string =>
  target === baseline
    ? `${rule.show(target)}, as blessed`
    : `${rule.show(target)}, ${change(target / baseline)} of the blessed ${rule.show(baseline)}`;

const allowanceWords = (allowed: number, rule: ValueRule): string =>
  allowed === 0 ? 'none allowed' : `${rule.show(allowed)} allowed`;
