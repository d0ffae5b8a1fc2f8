/** Accepts a run: hands its targets to the planner of baselines and writes what moved. Called by one process, after all verdicts are in. */
import { commitOf } from '../base/git.ts';
import { planBless } from '../baselines/bless.ts';
import type { BlessTarget } from '../baselines/bless.ts';
import { readOnly } from '../baselines/only.ts';
import { writeBaselines } from '../baselines/write.ts';
import { caseName } from '../cases/case.ts';
import type { Verdict } from '../judge/verdict.ts';
import { version } from '../version.ts';
import type { Run } from './run.ts';
import type { Entry, Verdicts } from './verdicts.ts';

/** A blessed mismatch must be looked at again after this many days. */
const divergenceDays = 90;

/** Writes baselines, prints what moved, and judges again by what is committed now. A run with problems blesses nothing: throws BadInput. */
export async function blessRun(run: Run, verdicts: Verdicts, problems: readonly string[]): Promise<void> {
  const entries = verdicts.entries();
  const targets: BlessTarget[] = entries.flatMap((entry) => {
    const { case: subject, verdict, target, waiting } = entry;
    const metric = run.metric(subject.metric);
    if (target === null) return [];
    const named = { metric, model: subject.model, key: run.key(metric, subject), target };
    if (!metric.paired) return [{ ...named, verdict }];
    return [{ ...named, verdict: levelOf(entry, run.screen(metric, subject, target, waiting)) }];
  });
  const lost = entries.find(({ verdict }) => verdict === 'crashed' || verdict === 'timed-out' || verdict === 'refused');
  const [problem] = [
    ...problems,
    ...verdicts.problems(),
    ...(lost === undefined ? [] : [`${caseName(lost.case)} ${lost.verdict}`]),
  ];
  const plan = planBless(targets, run.baselines, {
    only: readOnly(process.env['ONPAR_BLESS_ONLY']),
    reason: process.env['ONPAR_BLESS_REASON'] ?? null,
    health: problem === undefined ? 'healthy' : { problem },
    planned: verdicts.scope === 'whole' ? run.alive() : 'some',
    expires: dayFrom(divergenceDays),
    provenance: {
      date: dayFrom(0),
      commit: commitOf(run.project.root),
      onpar: version(),
      node: process.versions.node,
      backends: await versionsOf(run),
    },
    machine: run.machine,
    metrics: run.metrics,
  });
  const written = writeBaselines(plan);
  run.readBaselines();
  verdicts.judgeAgain();
  const lines = [
    ...plan.moved,
    ...plan.left.map((line) => `left out: ${line}`),
    ...written.map((path) => `wrote ${path}`),
  ];
  process.stdout.write(
    lines.length === 0 ? 'Nothing moved: the baselines stay as they are.\n' : `${lines.join('\n')}\n`,
  );
}

/**
 * What the committed values say of a level, `screened`. Where nothing that the case runs on differs from the base it has no new one: that day was another,
 * which is what days are kept for.
 */
export const levelOf = ({ verdict, pairings }: Pick<Entry, 'verdict' | 'pairings'>, screened: Verdict): Verdict => {
  const isSame = verdict === 'steady' && pairings.some(({ kind }) => kind === 'same');
  return isSame && (screened === 'slower' || screened === 'faster') ? 'steady' : screened;
};

const dayFrom = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function versionsOf(run: Run): Promise<Record<string, string>> {
  const found = await Promise.all(
    run.backends.map(async (backend) => ({
      id: backend.id,
      state: await run.broker.availability(backend),
    })),
  );
  return Object.fromEntries(found.flatMap(({ id, state }) => (state.available ? [[id, state.version]] : [])));
}
