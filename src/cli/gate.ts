/** `onpar gate replay`: the paired rule on a recorded trace. Reads, judges, prints; the exit code says red or not. */
import { isDeepStrictEqual } from 'node:util';
import type { PairedContext, PairedJudgement } from '../judge/paired.ts';
import { applyPolicy, readPolicy } from '../judge/policy.ts';
import { pairedSettings, pairedSettingsOf, type PairedSettings } from '../judge/settings.ts';
import { judgeOn } from '../judge/suite.ts';
import { change, counted } from '../judge/words.ts';
import { plain } from '../report/cells.ts';
import { mark } from '../report/format.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Pair } from '../trace/pair.ts';
import { readTrace } from '../trace/read.ts';
import type { Trace } from '../trace/read.ts';
import type { Replay } from '../trace/replay.generated.ts';
import { fraction } from './options.ts';

export interface ReplayOptions {
  readonly slowdown: string;
  readonly control?: string;
  readonly margin?: string;
  readonly budget?: string;
  readonly alpha?: string;
  readonly json?: boolean;
}

export function replay(file: string, options: ReplayOptions): void {
  const slowdown = fraction('--slowdown', options.slowdown, -0.99, 100);
  const { header, pairs } = readTrace(file);
  const settings = settingsFrom(header, options);
  const context = contextOf(header, options.control === undefined ? [] : controlFor(header, options.control));
  const grounds = { confirming: header.confirming ?? null, doubt: header.doubt ?? null };
  const judgement = judgeOn(slowed(pairs, 1 + slowdown), grounds, settings, context);
  const answer = answerOf(judgement, { header, slowdown, settings });
  // A trace names no backend and no data set, so nothing but strictness can apply to it.
  const policy = readPolicy({ ONPAR_STRICT: process.env['ONPAR_STRICT'] }, []);
  process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : textOf(answer));
  if (applyPolicy(judgement, { ...policy, baseline: 'present', needs: [] }).red) process.exitCode = 1;
}

/** As the run that left the trace had it. */
export const contextOf = ({ seed, against, pinned }: Trace['header'], control: readonly Pair[]): PairedContext => ({
  ...(seed !== undefined && { seed }),
  ...(against !== undefined && { against }),
  ...(pinned !== undefined && { pinned }),
  control,
});

/** That of another machine says nothing of this one, and one that is too short nothing at all. */
function controlFor({ fingerprint = null }: Trace['header'], file: string): readonly Pair[] {
  const { header, pairs } = readTrace(file);
  const [{ pairs: fewest } = { pairs: 0 }] = pairedSettings.looks;
  if (pairs.length < fewest)
    throw new BadInput({
      what: `the control has ${counted(pairs.length, 'process pair')}: ${fewest} can say something`,
      where: file,
      fix: 'name the whole .control.jsonl that the run left beside the trace, or replay without it',
    });
  const other = header.fingerprint ?? null;
  if (fingerprint === null || other === null || isDeepStrictEqual(fingerprint, other)) return pairs;
  throw new BadInput({
    what: 'the control is of another machine than the trace',
    where: file,
    fix: 'name the .control.jsonl that the same run left beside the trace',
  });
}

/** Those of the run, where the command line names no others. */
function settingsFrom(header: Trace['header'], { margin, budget, alpha }: ReplayOptions): PairedSettings {
  const settings = pairedSettingsOf({
    ...header.settings,
    ...(margin !== undefined && { margin: fraction('--margin', margin, 0, 10) }),
    ...(budget !== undefined && { budget: fraction('--budget', budget, 0, 10) }),
    // Below, twenty pairs cannot decide anything in the tail; above, a verdict would say nothing.
    ...(alpha !== undefined && { alpha: fraction('--alpha', alpha, 1e-4, 0.2) }),
  });
  if (settings.budget > settings.margin) return settings;
  throw new BadInput({
    what: `the budget ${settings.budget} is not above the margin ${settings.margin}`,
    where: '--budget',
    fix: 'such as --margin 0.005 --budget 0.03',
  });
}

const slowed = (pairs: readonly Pair[], factor: number): readonly Pair[] =>
  factor === 1
    ? pairs
    : pairs.map(({ pair, blocks }) => ({
        pair,
        blocks: blocks.map((block) => ({
          ...block,
          visits: block.visits.map((visit, index) =>
            block.order[index] === 'B' ? visit.map((call) => call * factor) : visit,
          ),
        })),
      }));

interface Asked {
  readonly header: Trace['header'];
  readonly slowdown: number;
  readonly settings: PairedSettings;
}

function answerOf(
  { verdict, sentences, evidence }: PairedJudgement,
  { header, slowdown, settings: { margin, budget, alpha } }: Asked,
): Replay {
  // readTrace hands over at least one pair.
  if (evidence === null || verdict === 'unbaselined') throw new Error('a trace without pairs was judged');
  const { tailAlone: _, ...told } = evidence;
  return {
    schemaVersion: 1,
    case: header.case ?? null,
    fingerprint: header.fingerprint ?? null,
    slowdown,
    verdict,
    ...told,
    sentences: [...sentences],
    settings: { margin, budget, alpha },
  };
}

function textOf({ verdict, sentences, case: subject, slowdown }: Replay): string {
  const { glyph, word } = mark(verdict);
  const name = subject === null ? '' : `   ${typeof subject === 'string' ? subject : JSON.stringify(subject)}`;
  // A foreign trace may name itself as it likes: on a terminal that must not read as ours.
  const altered = slowdown === 0 ? [] : [`with every call of the new version at ${change(1 + slowdown)} (--slowdown)`];
  const told = [...sentences, ...altered].map((sentence) => `    ${sentence}`);
  return `${[`${glyph} ${word}${name}`, ...told].map(plain).join('\n')}\n`;
}
