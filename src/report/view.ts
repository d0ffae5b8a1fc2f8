/**
 * Groups a report's cases into the rows every renderer prints, and decides what a ratio may compare:
 * rows of one model with equal threads and batch, against the fastest right answer at the main precision.
 */
import { count, mark, severity, threadsWord, worstOf } from './format.ts';
import type { BackendRow, CaseRow, ModelRow, Report, VerdictRow } from './report.generated.ts';

/** One artifact on one backend with one number of threads; its cases differ in batch only. */
export interface Row {
  readonly anchor: string;
  readonly artifact: string;
  readonly precision: string;
  readonly backend: string;
  readonly threads: number;
  /** What sets this row apart from a plain one: precision, artifact. */
  readonly tags: readonly string[];
  /** Said where the threads are not the model's usual number. */
  readonly threadsTag: string | null;
  /** The row above is the same artifact and backend with the usual threads. */
  readonly follows: boolean;
  /** Ascending batch, never empty. */
  readonly cases: readonly CaseRow[];
  readonly parity: CaseRow['parity'];
  readonly accuracy: CaseRow['accuracy'];
  readonly bytes: number | null;
  readonly peakBytes: number | null;
  /** The worst verdict of any metric of any case. Having no baseline yet says nothing of the model, so any other word goes first. */
  readonly verdict: string;
  /** Whether anything of it has no baseline yet. */
  readonly isNew: boolean;
  /** Steady latency at the model's smallest batch, as a multiple of the baseline row's. */
  readonly ratio: number | null;
}

export interface ModelView {
  readonly model: ModelRow;
  readonly rows: readonly Row[];
  /** Backends that are not here and have no case of this model that ran. */
  readonly absent: readonly BackendRow[];
  readonly precision: string;
  readonly threads: number;
  readonly smallest: number;
  readonly largest: number;
  /** The most images any row was judged on: fewer is a subset, and is said. */
  readonly images: number;
}

export function viewModels(report: Report): ModelView[] {
  const known = new Set(report.models.map((model) => model.id));
  // A case of a model nobody listed must still be seen.
  const shown = new Set(report.cases.map((c) => c.model));
  const strays = [...shown].filter((id) => !known.has(id));
  const models = [...report.models, ...strays.map((id) => ({ ...unknownModel, id, name: id }))];
  // A run of sizes alone has verdicts and no rows.
  return models.filter(({ id }) => shown.has(id)).map((model) => viewModel(model, report));
}

export const caseAt = (row: Row, batch: number): CaseRow | null => row.cases.find((c) => c.batch === batch) ?? null;

export const rowName = (row: Row): string => [row.backend, ...row.tags, row.threadsTag ?? ''].join(' ').trim();

/** Verdicts of what a backend has to run for; a file has its size on every backend, even one that is not here. */
export const takenVerdicts = (c: CaseRow): string[] =>
  [c.parity, c.latency, c.accuracy, c.memory].flatMap((metric) => (metric === null ? [] : [metric.verdict]));

/** Whether a verdict's case is this artifact on this backend: as a whole, on a number of images, or at a batch size. */
export const concerns = (row: Pick<Row, 'anchor'>, id: string): boolean =>
  id === row.anchor || id.startsWith(`${row.anchor}/`);

/** Red first, then undecided; among equals the order of the run. */
export const worstFirst = (verdicts: readonly VerdictRow[]): VerdictRow[] =>
  verdicts.toSorted((a, b) => Number(b.red) - Number(a.red) || severity(b.verdict) - severity(a.verdict));

/** Moved for the better: not red, but the reader wants to know. */
export const isMove = (verdict: string): boolean => verdict === 'faster' || verdict === 'improved';

/** 2 red · 49 held · 1 not here (ort-node/cuda) · 0 without verdict */
export function headline(report: Report): string {
  const { planned, red, held, notHere, undecided } = report.summary;
  const absent = report.backends.filter(({ available, idle }) => !available && !idle).map(({ id }) => id);
  const names = absent.length > 3 ? [...absent.slice(0, 3), `${absent.length - 3} more`] : absent;
  const lost = Math.max(0, planned - red - held - notHere - undecided);
  return [
    `${count(red)} red`,
    `${count(held)} held`,
    `${count(notHere)} not here${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
    ...(undecided > 0 ? [`${count(undecided)} undecided`] : []),
    `${count(lost)} without verdict`,
  ].join(' · ');
}

export function conclusion(report: Report): string {
  const { exitCode, red, problems, held, undecided } = report.summary;
  if (exitCode === 2) return 'The run itself failed';
  if (red > 0) return 'Not on par';
  if (problems.length > 0 || exitCode !== 0) return 'Not proven';
  if (held === 0) return 'Nothing was judged';
  return undecided > 0 ? 'On par, as far as decided' : 'All on par';
}

/** Backends of which nothing was asked, folded by what is not here; null where there are none. */
export function idleWords({ backends }: Report): string | null {
  const groups = groupBy(
    backends.filter(({ idle }) => idle),
    ({ reason }) => reason,
  );
  const words = [...groups].map(([reason, rows]) => `${rows.map(({ id }) => id).join(', ')} (${reason})`);
  return words.length === 0 ? null : `not asked for want of hardware: ${words.join('; ')}: npx onpar doctor`;
}

const unknownModel: Omit<ModelRow, 'id' | 'name'> = { parameters: null, reference: null, dataset: null };
const accelerator = /cuda|tensorrt|rocm|webgpu|webgl|coreml|dml|gpu|mps/i;

type Draft = Omit<Row, 'ratio' | 'tags' | 'threadsTag' | 'follows'>;

function viewModel(model: ModelRow, report: Report): ModelView {
  const cases = report.cases.filter((c) => c.model === model.id);
  const precision =
    commonest(cases.map((c) => c.precision).filter((p) => !isQuantized(p))) ?? cases[0]?.precision ?? '';
  const gated = cases.filter((c) => c.latency.gated);
  const threads = commonest((gated.length > 0 ? gated : cases).map((c) => c.threads)) ?? 1;
  const batches = cases.length > 0 ? cases.map((c) => c.batch) : [1];
  const smallest = Math.min(...batches);
  const groups = [...groupBy(cases, (c) => `${rowAnchor(c)}\0${c.threads}`).values()];
  const found = groups.map((group) => draftRow(group, report.verdicts));
  // Whether an answer is right is asked once, of the usual threads; an advisory row stands or falls with it.
  const drafts = found.map((draft) => {
    if (mark(draft.parity.verdict).tone !== 'absent') return draft;
    const usual = found.find((other) => other.anchor === draft.anchor && other.threads === threads);
    return { ...draft, parity: usual?.parity ?? draft.parity };
  });
  const here = new Set(cases.filter((c) => mark(worstOf(takenVerdicts(c))).tone !== 'absent').map((c) => c.backend));
  const absent = report.backends.filter(({ id, available, idle }) => !available && !idle && !here.has(id));
  const gone = new Set(absent.map((backend) => backend.id));
  const backends = [...new Set(drafts.map((draft) => draft.backend))];
  const rank = (d: Draft): number =>
    backends.indexOf(d.backend) * 4 + Number(d.precision !== precision) * 2 + Number(d.threads !== threads);
  const rows = drafts
    .filter((draft) => !gone.has(draft.backend))
    .toSorted((a, b) => rank(a) - rank(b))
    .map((draft) => ({
      ...draft,
      tags: tagsOf(draft, drafts, precision),
      threadsTag: draft.threads === threads ? null : threadsWord(draft.threads),
      follows: draft.threads !== threads && drafts.some((d) => d.anchor === draft.anchor && d.threads === threads),
      ratio: ratioOf(draft, drafts, precision, smallest),
    }));
  const images = Math.max(0, ...cases.map((c) => c.accuracy?.n ?? 0));
  return { model, rows, absent, precision, threads, smallest, largest: Math.max(...batches), images };
}

/** Of lower precision than what it was made from. */
export const isQuantized = (precision: string): boolean => /int|q\d|float16/i.test(precision);

const rowAnchor = (c: CaseRow): string => `${c.model}/${c.artifact}/${c.backend}`;

function draftRow(group: readonly CaseRow[], verdicts: readonly VerdictRow[]): Draft {
  const cases = group.toSorted((a, b) => a.batch - b.batch);
  const [first] = cases;
  if (first === undefined) throw new Error('a row needs a case');
  const anchor = rowAnchor(first);
  const ids = new Set(cases.map((c) => c.id));
  // Metrics without a place in the case's row (load, first) are judged too; a batch's verdict belongs to its own threads.
  const judged = verdicts.filter(
    (v) => ids.has(v.case) || (concerns({ anchor }, v.case) && !/\/b\d+\/t\d+$/.test(v.case)),
  );
  const taken = [...cases.flatMap(takenVerdicts), ...judged.map((v) => v.verdict)];
  const sizes = cases
    .map((c) => c.size.verdict)
    .filter((word) => worstOf(taken) !== 'unavailable' || mark(word).tone === 'bad');
  const parity = worstOf(cases.map((c) => c.parity.verdict));
  const peaks = cases.flatMap((c) => c.memory.peakBytes ?? []);
  const all = [...taken, ...sizes];
  const told = all.filter((word) => word !== 'unbaselined' && mark(word).tone !== 'absent');
  const { artifact, precision, backend, threads } = first;
  return {
    artifact,
    precision,
    backend,
    threads,
    cases,
    anchor,
    parity: (cases.find((c) => c.parity.verdict === parity) ?? first).parity,
    accuracy: cases.find((c) => c.accuracy !== null)?.accuracy ?? null,
    bytes: cases.find((c) => c.size.bytes !== null)?.size.bytes ?? null,
    peakBytes: peaks.length > 0 ? Math.max(...peaks) : null,
    verdict: worstOf(told.length > 0 ? told : all),
    isNew: all.includes('unbaselined'),
  };
}

/** One word that names the row among its backend's rows: the precision, or the artifact where several share it. */
function tagsOf(draft: Draft, drafts: readonly Draft[], precision: string): string[] {
  const twins = drafts.some(
    (other) =>
      other.backend === draft.backend && other.precision === draft.precision && other.artifact !== draft.artifact,
  );
  if (twins) return draft.artifact === precision ? [] : [draft.artifact];
  return draft.precision === precision ? [] : [draft.precision];
}

/** Like for like: the baseline has the same threads and batch. A wrong answer is never the yardstick, nor is an accelerator for CPUs. */
function ratioOf(draft: Draft, drafts: readonly Draft[], precision: string, batch: number): number | null {
  const steady = (row: Draft): number | null => row.cases.find((c) => c.batch === batch)?.latency.steady ?? null;
  const peers = drafts.filter(
    (row) =>
      row.threads === draft.threads &&
      row.precision === precision &&
      steady(row) !== null &&
      mark(row.parity.verdict).tone === 'good',
  );
  const processors = peers.filter((row) => !accelerator.test(row.backend));
  const yardstick = Math.min(...(processors.length > 0 ? processors : peers).flatMap((row) => steady(row) ?? []));
  const own = steady(draft);
  return own === null || !Number.isFinite(yardstick) || yardstick <= 0 ? null : own / yardstick;
}

function commonest<T>(values: readonly T[]): T | undefined {
  const groups = [...groupBy(values, (value) => value).entries()];
  return groups.toSorted((a, b) => b[1].length - a[1].length)[0]?.[0];
}

export function groupBy<T, K>(values: readonly T[], key: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}
