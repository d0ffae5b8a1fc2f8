/**
 * A suite screens every case, and believes a slower one only after fresh pairs have said it again: Holm over the suspects, on pairs that had no part
 * in the suspicion. The chance of any false `slower` in the suite is then at most alpha, whatever the screen was and however many cases there are.
 */
import { holm } from '../stats/holm.ts';
import { fewestPairs, pAbove } from '../stats/signed-rank.ts';
import type { Pair } from '../trace/pair.ts';
import { channelsOf, type Channels } from './channels.ts';
import { judgePaired, type PairedContext, type PairedJudgement } from './paired.ts';
import { pairedSettings, tailShare, type PairedSettings } from './settings.ts';
import { atMostPercent, counted } from './words.ts';

/** Fresh pairs of one suspect among so many: Holm can still believe it, by either channel, where all of them agree. Else nothing would be red where everything is slower. */
export const pairsToConfirm = ({ alpha, confirming }: PairedSettings, suspects: number): number =>
  Math.max(confirming, fewestPairs((alpha * tailShare) / suspects));

/** The fresh pairs of one suspect. `others`: errors of the other suspects of the suite, on the scale of this one's alpha: the family that Holm corrects for. */
export const confirm = (
  fresh: readonly Pair[],
  others: readonly number[],
  settings: PairedSettings = pairedSettings,
  context: PairedContext = {},
): PairedJudgement => {
  const family = 1 + others.length;
  const looks = [{ pairs: pairsToConfirm(settings, family), spent: 1 }];
  const judgement = judgePaired(fresh, { ...settings, looks }, context);
  if (judgement.verdict !== 'slower')
    return { ...judgement, sentences: [...judgement.sentences, 'seen slower before, not confirmed by fresh pairs'] };
  const [believed = false] = holm([errorIn(fresh, family, settings), ...others], settings.alpha);
  return { ...judgement, ...settled(judgement, believed, family, settings.alpha) };
};

/** What a suspect's fresh pairs bring into its family of so many; 1 with too few pairs. */
export function errorIn(fresh: readonly Pair[], suspects: number, settings: PairedSettings = pairedSettings): number {
  const pairs = pairsToConfirm(settings, suspects);
  return fresh.length < pairs ? 1 : errorOf(channelsOf(fresh.slice(0, pairs)), settings);
}

/** One-sided error of calling this case slower, over both channels as `weigh` divides alpha. */
export const errorOf = ({ location, tail }: Channels, { margin, tailMargin }: PairedSettings): number => {
  const place = pAbove(location, Math.log1p(margin));
  if (tail === null) return place;
  return Math.min(1, place / (1 - tailShare), pAbove(tail, Math.log1p(tailMargin)) / tailShare);
};

const settled = (
  { verdict, sentences }: PairedJudgement,
  believed: boolean,
  family: number,
  alpha: number,
): Pick<PairedJudgement, 'verdict' | 'sentences'> =>
  believed
    ? {
        verdict,
        sentences: [
          ...sentences,
          `confirmed by fresh pairs among ${counted(family, 'suspect')}: any false alarm in the suite <= ${atMostPercent(alpha)}`,
        ],
      }
    : {
        verdict: 'inconclusive',
        sentences: [
          `slower alone, but not among ${counted(family, 'suspect')} of this suite: judge this case by itself with fresh pairs`,
          ...sentences,
        ],
      };
