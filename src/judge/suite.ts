/**
 * The cases of a suite, judged as one: suspects by their fresh pairs, as surely as so many cases ask, and nothing where the base differs from itself.
 * What a verdict rests on beside its pairs is handed back with it, so that a trace can be judged again to the same end.
 */
import type { Pair } from '../trace/pair.ts';
import { confirm, screenOf, type Suspicion } from './confirm.ts';
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
  /** The suspicion that the pairs confirm or clear. */
  readonly confirming: Suspicion | null;
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
  const alpha = Math.max(...cases.map(({ settings }) => settings.alpha));
  const nulls = 'pairs' in control ? control.pairs : [];
  return new Map(
    cases.map((each): [string, Judged] => {
      const { name, against, pinned, settings, confirming } = each;
      const screen = screenOf(each.pairs, settings);
      const suspicion = screen === null || confirming.length === 0 ? null : { cases: cases.length, alpha, screen };
      const unasked = screen !== null && suspicion === null;
      const grounds = { confirming: suspicion, doubt: doubtOf(each, unasked, control) };
      const pairs = suspicion === null ? each.pairs : confirming;
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
    confirming === null ? judgePaired(pairs, settings, context) : confirm(pairs, confirming, settings, context);
  const { verdict, sentences } = judgement;
  if (doubt === null) return judgement;
  return verdict === 'slower' || verdict === 'faster'
    ? { ...judgement, verdict: 'inconclusive', sentences: [`seen ${verdict}, but ${doubt}`, ...sentences] }
    : { ...judgement, sentences: [...sentences, doubt] };
};

const doubtOf = ({ against, unconfirmed }: SuiteCase, unasked: boolean, control: NullControl): string | null =>
  [
    ...(unconfirmed === null ? [] : [`${against} died while this was being confirmed: ${unconfirmed}`]),
    ...(unasked && unconfirmed === null ? ['no fresh pairs were taken to confirm it'] : []),
    ...('lost' in control ? [`base against base could not be measured: ${control.lost}`] : []),
  ].join('; ') || null;
