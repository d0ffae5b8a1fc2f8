/** The columns of a model's table, the same in a terminal and in Markdown: which number stands for a row, and when it carries a glyph. */
import * as format from './format.ts';
import type { TimeUnit } from './format.ts';
import type { Cell, Column } from './table.ts';
import type { BackendRow } from './report.generated.ts';
import * as view from './view.ts';
import type { ModelView, Row } from './view.ts';

export function columnsOf(model: ModelView): Column<Row>[] {
  const unit = commonUnit(model);
  const { smallest, largest } = model;
  // keep: the least survives longest.
  return [
    { head: 'parity', keep: 0, cell: parityCell },
    { head: 'accuracy', keep: 2, cell: (row) => accuracyCell(row, model.images) },
    { head: 'flips', keep: 7, cell: flipsCell },
    {
      head: `${unit} a call, batch ${smallest}`,
      keep: 1,
      cell: (row) => latencyCell(row, smallest, unit, true),
    },
    ...(largest > smallest
      ? [{ head: `batch ${largest}`, keep: 3, cell: (row: Row) => latencyCell(row, largest, unit, false) }]
      : []),
    { head: 'inputs/s', keep: 5, cell: (row) => throughputCell(row, largest) },
    { head: 'MiB', keep: 6, cell: (row) => (row.follows ? dash : bytesCell(row.bytes, worstMetric(row, 'size'))) },
    { head: 'peak MiB', keep: 4, cell: (row) => bytesCell(row.peakBytes, worstMetric(row, 'memory')) },
  ];
}

export function about({ model, rows, precision, threads }: ModelView): string {
  const bytes = rows.find((row) => row.precision === precision && row.bytes !== null)?.bytes ?? null;
  const weight = bytes === null ? null : `${format.size(bytes)} ${precision}`;
  const name = model.name === model.id ? null : model.name;
  const untrained = model.weights === 'seeded' ? 'seeded weights (decisions mean nothing)' : null;
  return [name, model.dataset, weight, untrained, rows.length > 0 ? format.threadsWord(threads) : null]
    .filter((part) => part !== null)
    .join(', ');
}

export const absence = ({ reason, bring }: BackendRow): Cell => ({
  parts: [`· not here: ${plain(reason ?? 'no reason given')}`, ...(bring === null ? [] : [plain(bring)])],
  tone: 'absent',
});

/** What its table leaves unsaid, one line each. */
export const warningsOf = (model: ModelView): readonly string[] =>
  model.rows.flatMap((row) =>
    [...new Set(row.cases.flatMap((c) => c.warnings ?? []))].map((text) => `${view.rowName(row)}: ${plain(text)}`),
  );

/** A row that measured nothing says why in place of a line of dashes. */
export function remarkOf(row: Row): Cell | null {
  const sized = row.verdict !== 'unavailable' && row.cases.some((c) => format.mark(c.size.verdict).tone !== 'absent');
  const numbers = [row.parity.maxAbs, row.parity.flips, row.peakBytes, row.accuracy?.n ?? null];
  const measured = sized || numbers.some((x) => x !== null) || row.cases.some((c) => c.latency.steady !== null);
  if (measured) return null;
  const { glyph, word, tone } = format.mark(row.verdict);
  const why = row.cases.flatMap((c) => c.parity.reason ?? c.latency.reason ?? [])[0];
  return { parts: [`${glyph} ${word}${why === undefined ? '' : `: ${plain(why)}`}`], tone };
}

/** Names and reasons come from files: a control character in one must not steer the terminal. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');

function commonUnit(model: ModelView): TimeUnit {
  const times = model.rows.flatMap((row) => view.caseAt(row, model.smallest)?.latency.steady ?? []);
  return times.length > 0 ? format.timeUnit(Math.min(...times)) : 'ms';
}

/** The verdict's glyph, its word where it is not the hoped-for one, and the greatest difference. */
function parityCell({ follows, parity }: Row): Cell {
  if (follows) return dash;
  const { glyph, word, tone } = format.mark(parity.verdict);
  const difference = parity.maxAbs === null ? '' : format.significant(parity.maxAbs, 2);
  const bare = parity.verdict === 'match' && difference !== '';
  return { parts: [[glyph, ...(bare ? [] : [word]), difference].filter(Boolean).join(' ')], tone };
}

function accuracyCell({ accuracy }: Row, images: number): Cell {
  if (accuracy === null) return dash;
  const { n, correct } = accuracy;
  if (n === null || correct === null || n === 0) return flag(accuracy.verdict, ['—']);
  return flag(accuracy.verdict, [format.percent(correct / n), n < images ? `n=${format.count(n)}` : '']);
}

const share = (count: number, n: number): Cell => ({ parts: [`${format.count(count)}/${format.count(n)}`] });

/** Over the data set, else over the reference's own inputs. */
function flipsCell({ accuracy, parity, follows }: Row): Cell {
  if (accuracy !== null && accuracy.flips !== null && accuracy.n !== null) return share(accuracy.flips, accuracy.n);
  return follows || parity.flips === null ? dash : share(parity.flips.count, parity.flips.n);
}

function latencyCell(row: Row, batch: number, unit: TimeUnit, withRatio: boolean): Cell {
  const found = view.caseAt(row, batch)?.latency;
  if (found === undefined) return dash;
  if (found.steady === null) return failedCell(found.verdict);
  const [value, half] = format.timeParts(found.steady, found.interval, unit);
  const ratio = withRatio && row.ratio !== null ? `(${format.ratio(row.ratio)})` : '';
  return { ...flag(found.verdict, withRatio ? [value, half, ratio] : [value, half]), decimal: true };
}

function throughputCell(row: Row, batch: number): Cell {
  const found = view.caseAt(row, batch)?.latency.throughput ?? null;
  return found === null
    ? dash
    : { parts: [found < 100 ? format.significant(found) : format.count(Math.round(found))], decimal: true };
}

const bytesCell = (bytes: number | null, verdict: string): Cell =>
  bytes === null ? dash : { ...flag(verdict, [format.mebibytes(bytes)]), decimal: true };

const worstMetric = (row: Row, metric: 'size' | 'memory'): string =>
  format.worstOf(row.cases.map((c) => c[metric].verdict));

const dash: Cell = { parts: ['—'] };

const failedCell = (verdict: string): Cell => {
  const { glyph, word, tone } = format.mark(verdict);
  return tone === 'good' || tone === 'absent' ? dash : { parts: [word], tone, glyph };
};

/** A number whose verdict is not good carries the glyph too. */
function flag(verdict: string, parts: readonly string[]): Cell {
  const { glyph, tone } = format.mark(verdict);
  return tone === 'good' || tone === 'absent' ? { parts } : { parts, tone, glyph };
}
