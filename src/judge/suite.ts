/**
 * The cases of a suite, judged as one: suspects by their fresh pairs, Holm over all of them, and nothing where the base differs from itself.
 * What a verdict rests on beside its pairs is handed back with it, so that a trace can be judged again to the same end.
 */
import type { Pair } from '../trace/pair.ts';
import { confirm, errorIn } from './confirm.ts';
import { judgePaired, type PairedContext, type PairedJudgement } from './paired.ts';
import type { PairedSettings } from './settings.ts';

export interface SuiteCase {
  readonly name: string;
  /** Names the base in sentences. */
  readonly against: string;
  /** Whether all processes were held to one core. */
  readonly pinned: boolean;
  readonly settings: PairedSettings;
  readonly pairs: readonly Pair[];
  /** Fresh pairs of a suspect; empty where nothing was suspected. */
  readonly confirming: readonly Pair[];
  /** Why a suspicion could not be confirmed: its base died. */
  readonly unconfirmed: string | null;
}

/** Base against base, or why there is none. */
export type NullControl = { readonly pairs: readonly Pair[] } | { readonly lost: string };

/** What a verdict rests on beside its pairs. */
export interface Grounds {
  /** The pairs confirm a suspicion, among others with these errors. */
  readonly confirming: { readonly others: readonly number[] } | null;
  /** Why slower or faster is not believed. */
  readonly doubt: string | null;
}

export interface Judged {
  readonly judgement: PairedJudgement;
  readonly pairs: readonly Pair[];
  readonly grounds: Grounds;
}

/** By name. */
export const judgeSuite = (
  cases: readonly SuiteCase[],
  control: NullControl,
  seed: number,
): ReadonlyMap<string, Judged> => {
  // As shares of each one's alpha: the chance of any false alarm is then at most the greatest of them.
  const suspects = cases.filter(isSuspect);
  const shares = new Map(
    suspects.map(({ name, confirming, settings }) => {
      const error = errorIn(confirming, suspects.length, settings);
      return [name, error / settings.alpha] as const;
    }),
  );
  const nulls = 'pairs' in control ? control.pairs : [];
  return new Map(
    cases.map((each): [string, Judged] => {
      const { name, against, pinned, settings } = each;
      const others = [...shares].flatMap(([other, share]) =>
        other === name ? [] : [Math.min(1, share * settings.alpha)],
      );
      const grounds = { confirming: shares.has(name) ? { others } : null, doubt: doubtOf(each, control) };
      const pairs = shares.has(name) ? each.confirming : each.pairs;
      const context = { control: nulls, against, pinned, seed };
      return [name, { judgement: judgeOn(pairs, grounds, settings, context), pairs, grounds }];
    }),
  );
};

/** One case of a suite: of the suite itself, and of its trace. */
export const judgeOn = (
  pairs: readonly Pair[],
  { confirming, doubt }: Grounds,
  settings: PairedSettings,
  context: PairedContext,
): PairedJudgement => {
  const judgement =
    confirming === null ? judgePaired(pairs, settings, context) : confirm(pairs, confirming.others, settings, context);
  const { verdict, sentences } = judgement;
  if (doubt === null) return judgement;
  return verdict === 'slower' || verdict === 'faster'
    ? { ...judgement, verdict: 'inconclusive', sentences: [`seen ${verdict}, but ${doubt}`, ...sentences] }
    : { ...judgement, sentences: [...sentences, doubt] };
};

const isSuspect = ({ confirming }: SuiteCase): boolean => confirming.length > 0;

const doubtOf = ({ against, unconfirmed }: SuiteCase, control: NullControl): string | null =>
  [
    ...(unconfirmed === null ? [] : [`${against} died while this was being confirmed: ${unconfirmed}`]),
    ...('lost' in control ? [`base against base could not be measured: ${control.lost}`] : []),
  ].join('; ') || null;
