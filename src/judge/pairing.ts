/**
 * What pairing with a base version says of a latency case, and how it goes together with the committed latency of this machine: pairs
 * decide; where nothing that the case runs on differs there is nothing to measure; without a base the committed latency is all there is.
 */
import type { Sample } from '../stats/sample.ts';
import { judgeLatency } from './latency.ts';
import type { PairedJudgement } from './paired.ts';
import type { LatencyMargins } from './settings.ts';
import { judged } from './verdict.ts';
import type { Judgement, LatencyVerdict } from './verdict.ts';
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
  | { readonly kind: 'none'; readonly reason: string };

export const notPaired = (reason: string): Pairing => ({ kind: 'none', reason });

/** `target` and `baseline`: one estimate a fresh process of today and of the last bless, seconds. */
export const judgeSteady = (
  target: Sample,
  baseline: Sample | undefined,
  margins: LatencyMargins,
  { pairing, today }: { readonly pairing: Pairing; readonly today: string },
): Judgement<LatencyVerdict> => {
  if (pairing.kind === 'paired') return withAcceptance(pairing.judgement, pairing.accepted, today);
  const screen = judgeLatency(target, baseline, margins);
  return pairing.kind === 'same' ? sameVersion(screen, pairing.against) : withReason(screen, pairing.reason);
};

/** A slowdown that is meant is on record like a known divergence: with a bound, a reason and an end. */
const withAcceptance = (
  judgement: PairedJudgement,
  accepted: AcceptedSlowdown | null,
  today: string,
): Judgement<LatencyVerdict> => {
  const { verdict, sentences, evidence } = judgement;
  if (verdict !== 'slower' || accepted === null) return judgement;
  const { slowdown, reason, expires } = accepted;
  // Dates as YYYY-MM-DD order as text does.
  if (!(today <= expires))
    return judged('slower', ...sentences, `the accepted slowdown expired on ${expires}: ${reason}`);
  if (evidence !== null && evidence.interval.low <= 1 + slowdown)
    return judged('steady', `slower as accepted until ${expires}: ${reason}`, ...sentences);
  return judged(
    'slower',
    ...sentences,
    `more than the ${percent(slowdown)} that are accepted until ${expires}: ${reason}`,
  );
};

/** The same code is as fast as it was. Where today is surely and grossly slower all the same, something else changed: that is red, and said. */
const sameVersion = (screen: Judgement<LatencyVerdict>, against: string): Judgement<LatencyVerdict> => {
  const runsOn = `artifact, packages and backend are those of ${against}`;
  if (screen.verdict === 'slower')
    return judged('slower', ...screen.sentences, `${runsOn}: look at Node, the installed files and the machine`);
  return judged('steady', runsOn, ...(screen.verdict === 'steady' ? screen.sentences : []));
};

const withReason = (screen: Judgement<LatencyVerdict>, reason: string): Judgement<LatencyVerdict> =>
  screen.verdict === 'unbaselined' || screen.verdict === 'inconclusive'
    ? judged(screen.verdict, ...screen.sentences, `not paired with a base version: ${reason}`)
    : screen;
