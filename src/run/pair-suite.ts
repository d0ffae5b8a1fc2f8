/**
 * Process pairs of several cases, taken in rounds and judged as one suite, with the base of one of them against itself; every trace is
 * left below .onpar/traces/ for `onpar gate replay`.
 */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { unwritable } from '../base/beside.ts';
import type { Broker } from '../broker/broker.ts';
import type { Failure } from '../broker/measurement.ts';
import type { PairsTaken, Rule } from '../broker/rounds.ts';
import type { VersionedCase } from '../broker/versions.ts';
import { pairsToConfirm, screenOf } from '../judge/confirm.ts';
import { graphSentence } from '../judge/graph.ts';
import { judgePaired, nextLook } from '../judge/paired.ts';
import type { PairedJudgement } from '../judge/paired.ts';
import { pairedSettings, pairedSettingsOf } from '../judge/settings.ts';
import type { PairedSettings } from '../judge/settings.ts';
import { judgeSuite } from '../judge/suite.ts';
import type { Judged, NullControl, SuiteCase } from '../judge/suite.ts';
import { randomFrom, shuffled } from '../stats/random.ts';
import type { HeaderLine } from '../trace/header.generated.ts';
import type { Pair } from '../trace/pair.ts';
import { asWritten, traceOf } from '../trace/write.ts';

export interface SuiteOptions {
  readonly broker: Pick<Broker, 'pairs'>;
  /** Names the bases for whoever watches. */
  readonly against: string;
  readonly tell: (line: string) => void;
  /** Told after each pair, for whoever watches. */
  readonly show: (line: string) => void;
  /** Of the project: traces are left below it. */
  readonly root: string;
  readonly fingerprint: string;
  /** Whether what looks slower is asked what the runtime makes of it. */
  readonly graphs?: boolean;
}

export type PairedCase =
  | {
      readonly ok: true;
      readonly judgement: PairedJudgement;
      /** Relative to the root. */
      readonly trace: string;
      /** The command that judges it again. */
      readonly replay: string;
      /** Of what looked slower: what the runtime makes of either model, where that differs. */
      readonly graph: string | null;
    }
  /** `arm`: whose worker died, or could not be fed. */
  | {
      readonly ok: false;
      readonly how: Failure['kind'];
      readonly reason: string;
      readonly missing: Failure['missing'];
      readonly arm: 'base' | 'ours';
    };

/** In a suite of so many cases. Asked of the pairs as they will be written: what is judged in the end. */
const ruleBy = (settings: PairedSettings, cases: number): Rule => ({
  enough: (pairs) =>
    settings.looks.some((look) => look.pairs === pairs.length) &&
    nextLook(judgePaired(asWritten(pairs), settings), settings) === null,
  suspects: (pairs) => screenOf(asWritten(pairs), settings) !== null,
  confirming: pairsToConfirm(settings, cases),
});

/** What the new version's card asks for. */
const settingsOf = ({ subject: { artifact, backend }, ours }: VersionedCase): PairedSettings =>
  pairedSettingsOf(ours.model.card.latency?.paired?.[`${artifact}/${backend}`]);

/** Base against base: whatever is seen there is not the code. */
const controlName = 'control';

/** By name of the contest; every one of them. */
export async function pairSuite(
  contests: readonly VersionedCase[],
  { broker, against, tell, show, root, fingerprint, graphs = false }: SuiteOptions,
): Promise<ReadonlyMap<string, PairedCase>> {
  const seed = Date.now() % 2 ** 31;
  const random = randomFrom(seed);
  // Drawn: in the long run every case's base is held against itself.
  const drawn = shuffled(contests, random);
  // Before anything is measured: a verdict whose trace cannot be kept cannot be repeated.
  const folder = traceFolder(root);
  // Of a case that dies nothing may be left that reads as if it were of this run.
  for (const { name } of contests)
    for (const ending of endings) rmSync(join(folder, `${fileOf(name)}${ending}`), { force: true });
  tell(`pairing ${contests.length} cases with ${against} …`);
  const ruleOf = (name: string): Rule => {
    const contest = contests.find((each) => each.name === name);
    // The control is judged by the usual ones.
    return ruleBy(contest === undefined ? pairedSettings : settingsOf(contest), contests.length);
  };
  const take = async (some: readonly VersionedCase[]): Promise<Taken> =>
    written(await broker.pairs(some, { random, ruleOf, tell: show, graphs }));
  const taken = await take([...contests, ...drawn.slice(0, 1).map(againstItself)]);
  const control = await controlOf(drawn, taken, async (each) => (await take([againstItself(each)])).get(controlName));
  const judged = judgeSuite(
    contests.flatMap((each) => suiteCase(each, taken.get(each.name))),
    control,
    seed,
  );
  const kept = (
    each: VersionedCase,
    found: Judged,
    { pairs, pinned, kernels }: Extract<PairsTaken, { ok: true }>,
  ): PairedCase => {
    const { margin, budget, alpha, seconds } = settingsOf(each);
    const settings = { margin, budget, alpha, seconds };
    const header = { fingerprint, seed, against: each.base.label, pinned, settings };
    const graph = kernels === null ? null : graphSentence(kernels.base, kernels.ours);
    return keep(each, found, { root, folder, control, screened: pairs, header, graph });
  };
  return new Map(
    contests.map((each): [string, PairedCase] => {
      const [found, pairs] = [judged.get(each.name), taken.get(each.name)];
      return [each.name, found !== undefined && pairs?.ok === true ? kept(each, found, pairs) : failed(pairs)];
    }),
  );
}

const written = (all: Taken): Taken =>
  new Map(
    [...all].map(([name, taken]) => [
      name,
      taken.ok ? { ...taken, pairs: asWritten(taken.pairs), confirming: asWritten(taken.confirming) } : taken,
    ]),
  );

const againstItself = (contest: VersionedCase): VersionedCase => ({
  ...contest,
  name: controlName,
  ours: contest.base,
});

type Taken = ReadonlyMap<string, PairsTaken>;

type Control = Extract<PairsTaken, { ok: true }> | Extract<NullControl, { lost: string }>;

/** A base that cannot run costs its own case and not the suite: the next one drawn takes its place, of those whose own pairs were taken. */
async function controlOf(
  drawn: readonly VersionedCase[],
  taken: Taken,
  take: (contest: VersionedCase) => Promise<PairsTaken | undefined>,
): Promise<Control> {
  const lost: string[] = [];
  for (const [index, contest] of drawn.entries()) {
    if (index > 0 && taken.get(contest.name)?.ok !== true) continue;
    const control = index === 0 ? taken.get(controlName) : await take(contest);
    if (control?.ok === true) return control;
    lost.push(`${contest.name}: ${control?.failure.reason ?? 'no pairs were taken'}`);
  }
  return { lost: lost.join('; ') };
}

function suiteCase(contest: VersionedCase, taken: PairsTaken | undefined): readonly SuiteCase[] {
  if (taken?.ok !== true) return [];
  const { name, base } = contest;
  const unconfirmed = taken.unconfirmed?.reason ?? null;
  return [{ ...taken, name, against: base.label, settings: settingsOf(contest), unconfirmed }];
}

function failed(taken: PairsTaken | undefined): PairedCase {
  if (taken === undefined || taken.ok) throw new Error('pairs were lost');
  const { failure, arm } = taken;
  return { ok: false, reason: failure.reason, missing: failure.missing, how: failure.kind, arm };
}

/** Throws BadInput where it cannot be written. */
function traceFolder(root: string): string {
  const folder = join(root, '.onpar', 'traces');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    throw unwritable(folder, error as Error);
  }
}

interface Keeping {
  readonly root: string;
  readonly folder: string;
  readonly control: Control;
  /** What raised a suspicion, where there is one. */
  readonly screened: readonly Pair[];
  readonly header: HeaderLine;
  readonly graph: string | null;
}

const endings = ['.jsonl', '.screen.jsonl', '.control.jsonl'];

/** Another name is another file: `a-b/c` and `a/b-c` are two cases. */
const fileOf = (name: string): string =>
  name.replaceAll(/[^\w.@-]/g, (letter) => letters[letter] ?? encodeURIComponent(letter));

/** Of every name, and of one against an anchor. Whatever is none of its own letters stands for nothing else. */
const letters: Readonly<Record<string, string>> = { '/': '+', ' ': '~', '+': '%2B', '~': '%7E' };

/** Writes the trace of a case, and beside it the control, and the pairs that fresh ones confirm or clear: later runs write all anew. */
function keep({ name }: VersionedCase, { judgement, pairs, grounds }: Judged, options: Keeping): PairedCase {
  const { root, folder, control, screened, header, graph } = options;
  const file = fileOf(name);
  const write = (ending: string, more: HeaderLine, held: readonly Pair[]): string => {
    const path = join(folder, `${file}${ending}`);
    writeFileSync(path, traceOf({ ...header, ...more }, held));
    return relative(root, path);
  };
  const { confirming, doubt } = grounds;
  if (confirming !== null) write('.screen.jsonl', { case: name }, screened);
  const rests = {
    ...(confirming !== null && { confirming: { ...confirming, screen: { ...confirming.screen } } }),
    ...(doubt !== null && { doubt }),
  };
  const trace = write('.jsonl', { case: name, ...rests }, pairs);
  const beside =
    'pairs' in control
      ? ` --control ${write('.control.jsonl', { case: controlName, pinned: control.pinned }, control.pairs)}`
      : '';
  return { ok: true, judgement, trace, replay: `npx onpar gate replay ${trace}${beside}`, graph };
}
