/**
 * What pairing with a base version says of a latency case, and how it goes together with the committed latency of this machine: pairs
 * decide; where nothing that the case runs on differs there is nothing to measure; without a base the committed latency is all there is.
 */
import type { PairedEvidence } from './paired-evidence.ts';
import type { PairedJudgement } from './paired.ts';
import { pairedSettings } from './settings.ts';
import type { FailedVerdict, Judgement, LatencyVerdict } from './verdict.ts';
import { percent } from './words.ts';

export interface AcceptedSlowdown {
  /** Fraction of the base. */
  readonly slowdown: number;
  readonly reason: string;
  /** YYYY-MM-DD, the last good day. */
  readonly expires: string;
}

export type Pairing =
  | {
      readonly kind: 'paired';
      readonly judgement: PairedJudgement;
      /** What the card lets this case lose. */
      readonly accepted: AcceptedSlowdown | null;
    }
  /** Artifact, packages and backend files are those of the base. */
  | { readonly kind: 'same'; readonly against: string }
  /** The new version died where the base did not. */
  | { readonly kind: 'died'; readonly how: FailedVerdict; readonly reason: string; readonly against: string }
  /** `mendable`: there was a version to pair with, so that somebody can see to it that there are pairs. */
  | { readonly kind: 'none'; readonly reason: string; readonly mendable: boolean };

export const notPaired = (reason: string, mendable = false): Pairing => ({ kind: 'none', reason, mendable });

/** With the pairs that it rests on; null where it rests on none. */
export interface SteadyJudgement extends Judgement<LatencyVerdict | FailedVerdict> {
  readonly evidence: PairedEvidence | null;
}

export interface SteadyContext {
  readonly pairings: readonly Pairing[];
  /** YYYY-MM-DD. */
  readonly today: string;
}

/**
 * `screen`: today's fresh processes against what is committed of this machine. `pairings`: with the version before, and with the
 * anchor where there is one; the worse verdict counts, and the sentences of both are said.
 */
export const judgeSteady = (screen: Judgement<LatencyVerdict>, { pairings, today }: SteadyContext): SteadyJudgement => {
  const [worst, ...others] = pairings
    .flatMap((pairing) => judgeOne(pairing, screen, today))
    .toSorted((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict));
  if (worst !== undefined)
    return {
      ...worst,
      sentences: [worst, ...others]
        .flatMap(({ sentences }) => sentences)
        .concat(sinceBlessed(screen, worst), whyNot(pairings, true)),
    };
  return { ...withReasons(screen, pairings), evidence: null };
};

/** Pairs see what came since their base. What crept before, half a per cent a commit, only what is committed can say: no verdict, for it may be the machine. */
const sinceBlessed = (screen: Judgement<LatencyVerdict>, { verdict, evidence }: SteadyJudgement): readonly string[] =>
  screen.verdict === 'slower' && evidence !== null && verdict !== 'slower'
    ? [`${screen.sentences.join('; ')}: before this base, or the machine; ONPAR_ANCHOR pairs with a release as well`]
    : [];

/** A verdict by what is committed, with why no pairs gave it. */
export const withReasons = (
  { verdict, sentences }: Judgement<LatencyVerdict>,
  pairings: readonly Pairing[],
): Judgement<LatencyVerdict> => {
  const helps = verdict === 'unbaselined' || verdict === 'inconclusive';
  return { verdict, sentences: [...sentences, ...whyNot(pairings, helps)] };
};

/** What somebody can mend is said with every verdict, the rest where it helps. */
const whyNot = (pairings: readonly Pairing[], helps: boolean): readonly string[] =>
  pairings.flatMap((pairing) =>
    pairing.kind === 'none' && (helps || pairing.mendable) ? [`not paired with a base version: ${pairing.reason}`] : [],
  );

const worstFirst: readonly (LatencyVerdict | FailedVerdict)[] = [
  'crashed',
  'timed-out',
  'refused',
  'slower',
  'unfit',
  'inconclusive',
  'unbaselined',
  'unavailable',
  'skipped',
  'steady',
  'faster',
];

/** Nothing where there was no pairing. */
const judgeOne = (pairing: Pairing, screen: Judgement<LatencyVerdict>, today: string): readonly SteadyJudgement[] => {
  if (pairing.kind === 'none') return [];
  if (pairing.kind === 'paired') return [withAcceptance(pairing.judgement, pairing.accepted, today)];
  if (pairing.kind === 'same') return [sameVersion(screen, pairing.against)];
  return [withoutPairs(pairing.how, `in pairs with ${pairing.against}: ${pairing.reason}`)];
};

const withoutPairs = (verdict: LatencyVerdict | FailedVerdict, ...sentences: readonly string[]): SteadyJudgement => ({
  verdict,
  sentences,
  evidence: null,
});

/** A slowdown that is meant is on record like a known divergence: with a bound, a reason and an end. */
const withAcceptance = (
  judgement: PairedJudgement,
  accepted: AcceptedSlowdown | null,
  today: string,
): PairedJudgement => {
  const { verdict, sentences, evidence } = judgement;
  if (verdict !== 'slower' || accepted === null) return judgement;
  const { slowdown, reason, expires } = accepted;
  // Dates as YYYY-MM-DD order as text does.
  if (!(today <= expires))
    return { ...judgement, sentences: [...sentences, `the accepted slowdown expired on ${expires}: ${reason}`] };
  if (evidence !== null && isWithin(evidence, slowdown))
    return { verdict: 'steady', sentences: [`slower as accepted until ${expires}: ${reason}`, ...sentences], evidence };
  const beyond = `more than the ${percent(slowdown)} that are accepted until ${expires}: ${reason}`;
  return { ...judgement, sentences: [...sentences, beyond] };
};

/** In both channels: a tail that is slower is not excused by a bound on the rest. */
const isWithin = ({ interval, tail }: PairedEvidence, slowdown: number): boolean =>
  interval.low <= 1 + slowdown &&
  (tail === null || tail.interval.low <= 1 + Math.max(slowdown, pairedSettings.tailMargin));

/** The same code is as fast as it was. Where today is surely and grossly slower all the same, something else changed: that is red, and said. */
const sameVersion = (screen: Judgement<LatencyVerdict>, against: string): SteadyJudgement => {
  const runsOn = `artifact, packages and backend are those of ${against}`;
  if (screen.verdict === 'slower')
    return withoutPairs('slower', ...screen.sentences, `${runsOn}: look at Node, the installed files and the machine`);
  return withoutPairs('steady', runsOn, ...(screen.verdict === 'steady' ? screen.sentences : []));
};
