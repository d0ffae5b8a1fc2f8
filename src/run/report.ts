/** Builds the one report object that terminal, JSON, HTML and markdown are made of. */
import { commitOf } from '../base/git.ts';
import { standingOf } from '../judge/verdict.ts';
import { caseId } from '../cases/case.ts';
import { usedBackends } from '../cases/plan.ts';
import type { Report, VerdictRow } from '../report/report.generated.ts';
import { version } from '../version.ts';
import { isSeeded } from '../models/card.ts';
import { pinnableCore } from '../workers/launch.ts';
import { modelOf } from '../cases/project.ts';
import { acceptLine, replayLine, replayOnDemand } from './lines.ts';
import { caseRows } from './rows.ts';
import type { Run } from './run.ts';
import type { Entry, Verdicts } from './verdicts.ts';
import { acceptedWarnings, unpairedWarnings, withWarnings } from './warnings.ts';

export interface ReportFacts {
  readonly command: string;
  readonly startedAt: Date;
  /** What is wrong with the run itself. */
  readonly problems: readonly string[];
  /** Threads that the rows are about, 1 unless others were asked for. */
  readonly threads?: number;
}

export async function buildReport(
  run: Run,
  verdicts: Verdicts,
  { command, startedAt, problems, threads = 1 }: ReportFacts,
): Promise<Report> {
  const entries = verdicts.entries();
  const rows = entries.map((entry) => verdictRow(run, entry));
  const all = [...problems, ...verdicts.problems(), ...verdicts.forgotten()];
  const cases = withWarnings(caseRows(run, verdicts, threads), run.project.models);
  const shown = new Set([...cases, ...entries.map((entry) => entry.case)].map(({ model }) => model));
  return {
    schemaVersion: 1,
    onpar: version(),
    command,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1e3,
    commit: commitOf(run.project.root),
    machine: machineOf(run),
    backends: [...(await backendRows(run)), ...idleRows(run)],
    models: run.project.models
      .filter(({ card }) => shown.has(card.id))
      .map(({ card }) => ({
        id: card.id,
        name: card.name,
        parameters: card.parameters ?? null,
        reference: card.reference?.source ?? null,
        dataset: card.dataset ?? null,
        ...(isSeeded(card) && { weights: 'seeded' as const }),
      })),
    cases,
    verdicts: rows,
    summary: summarize(entries, rows, all, verdicts.planned()),
  };
}

function machineOf({ machine }: Run): Report['machine'] {
  const { cpu, cores, os, kernel } = machine.facts;
  return {
    fingerprint: machine.fingerprint,
    cpu,
    cores,
    isa: machine.isa,
    os: `${os} ${kernel}`,
    node: process.versions.node,
    pinned: pinnableCore() !== null,
  };
}

const backendRows = (run: Run): Promise<Report['backends']> =>
  Promise.all(
    run.backends.map(async (backend) => {
      const { id } = backend;
      const state = await run.broker.availability(backend);
      return state.available
        ? { id, available: true, version: state.version, provider: state.provider, reason: null, bring: null }
        : { ...noBackend, id, reason: state.reason, bring: state.bring };
    }),
  );

/** Those that would be asked if their hardware were here. */
const idleRows = ({ backends, project }: Run): Report['backends'] =>
  usedBackends({ ...project, idle: new Map() }, 'full').flatMap(({ id }) => {
    const reason = project.idle?.get(id);
    return reason === undefined || backends.some((asked) => asked.id === id)
      ? []
      : [{ ...noBackend, id, reason, bring: `npx onpar doctor ${id}`, idle: true }];
  });

const noBackend = { available: false, version: null, provider: null };

function verdictRow(run: Run, { case: subject, verdict, red, sentences, paired }: Entry): VerdictRow {
  const metric = run.metric(subject.metric);
  const id = caseId(subject);
  const isOnDemand = modelOf(run.project, subject.model).card.onDemand === true;
  return {
    metric: metric.id,
    case: id,
    title: id.replace('/', ' '),
    verdict,
    red,
    sentences: [...sentences],
    replay: isOnDemand ? replayOnDemand(subject) : replayLine(metric, subject),
    accept: isOnDemand ? null : acceptLine(metric, subject, { verdict, paired: paired !== null }),
    ...(paired !== null && { paired: structuredClone(paired) }),
  };
}

function summarize(
  entries: readonly Entry[],
  rows: readonly VerdictRow[],
  problems: readonly string[],
  planned: number,
): Report['summary'] {
  const red = rows.filter((row) => row.red).length;
  const calm = entries.filter((entry) => !entry.red);
  const notHere = calm.filter(({ verdict }) => verdict === 'unavailable' || verdict === 'skipped').length;
  const undecided = calm.filter(({ verdict }) => standingOf(verdict) === 'undecided').length - notHere;
  return {
    planned,
    red,
    held: calm.length - notHere - undecided,
    notHere,
    undecided,
    exitCode: red + problems.length > 0 ? 1 : 0,
    problems: [...problems],
    warnings: [...unpairedWarnings(entries), ...acceptedWarnings(entries)],
  };
}
