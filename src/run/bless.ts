/** Accepts a run: hands its targets to the planner of baselines and writes what moved. Called by one process, after all verdicts are in. */
import { execFileSync } from 'node:child_process';
import { planBless } from '../baselines/bless.ts';
import type { BlessTarget, CaseName } from '../baselines/bless.ts';
import { writeBaselines } from '../baselines/write.ts';
import { caseId } from '../cases/case.ts';
import { onlyWords } from '../metrics/metric.ts';
import type { Only } from '../metrics/metric.ts';
import { BadInput } from '../schema/bad-input.ts';
import { version } from '../version.ts';
import type { Run } from './run.ts';
import type { Verdicts } from './verdicts.ts';

/** A blessed mismatch must be looked at again after this many days. */
const divergenceDays = 90;

/** Writes baselines, prints what moved. A run with problems blesses nothing. */
export async function blessRun(run: Run, verdicts: Verdicts, problems: readonly string[]): Promise<void> {
  const entries = verdicts.entries();
  const targets: BlessTarget[] = entries.flatMap(({ case: subject, verdict, target }) => {
    const metric = run.metric(subject.metric);
    return target === null ? [] : [{ metric, model: subject.model, key: run.key(metric, subject), target, verdict }];
  });
  const lost = entries.find(({ verdict }) => verdict === 'crashed' || verdict === 'timed-out' || verdict === 'refused');
  const [problem] = [
    ...problems,
    ...(lost === undefined ? [] : [`${lost.case.metric} ${caseId(lost.case)} ${lost.verdict}`]),
  ];
  const plan = planBless(targets, run.baselines, {
    only: readOnly(process.env['ONPAR_BLESS_ONLY']),
    reason: process.env['ONPAR_BLESS_REASON'] ?? null,
    health: problem === undefined ? 'healthy' : { problem },
    planned: verdicts.planned() === null ? 'some' : caseNames(run),
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
  const lines = [
    ...plan.moved,
    ...plan.left.map((line) => `left out: ${line}`),
    ...written.map((path) => `wrote ${path}`),
  ];
  process.stdout.write(
    lines.length === 0 ? 'Nothing moved: the baselines stay as they are.\n' : `${lines.join('\n')}\n`,
  );
}

/** Every case there may be a value of. */
const caseNames = (run: Run): readonly CaseName[] =>
  [...run.metrics.values()].flatMap((metric) =>
    run
      .everyCase(metric.id)
      .map((subject) => ({ metric: metric.id, model: subject.model, key: run.key(metric, subject) })),
  );

export function readOnly(text: string | undefined): 'all' | ReadonlySet<Only> {
  if (text === undefined || text === '') return 'all';
  const words = text.split(',').map((word) => onlyWords.find((only) => only === word) ?? unknownWord(word));
  return new Set(words);
}

function unknownWord(word: string): never {
  throw new BadInput({
    what: `'${word}' is not one of ${onlyWords.join(', ')}`,
    where: '--only',
    fix: 'name one of them',
  });
}

const dayFrom = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Null outside git, or before the first commit. */
export function commitOf(root: string): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

async function versionsOf(run: Run): Promise<Record<string, string>> {
  const found = await Promise.all(
    run.project.backends.map(async (backend) => ({
      id: backend.id,
      state: await run.broker.availability(backend),
    })),
  );
  return Object.fromEntries(found.flatMap(({ id, state }) => (state.available ? [[id, state.version]] : [])));
}
