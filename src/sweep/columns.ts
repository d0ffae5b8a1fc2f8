/** The table of a series, the same on a terminal and in the page: which column says what of a point, and what stands in place of numbers. */
import * as format from '../report/format.ts';
import type { Tone } from '../report/format.ts';
import { plain } from '../report/cells.ts';
import type { Cell, Column } from '../report/table.ts';
import type { Outcome, Point, Series, Sweep } from './sweep.generated.ts';

export const toneOf: Readonly<Record<Outcome, Tone>> = {
  measured: 'good',
  mismatch: 'bad',
  refused: 'bad',
  crashed: 'bad',
  'timed-out': 'bad',
  // Running out is what a sweep is there to find: said, and no fault.
  'out-of-memory': 'unsure',
  'fixed-axis': 'absent',
  skipped: 'absent',
};

export function columnsOf({ points, changing }: Series): Column<Point>[] {
  const times = points.flatMap(({ steady }) => steady ?? []);
  const unit = format.timeUnit(times.length > 0 ? Math.min(...times) : 1e-3);
  return [
    { head: `${unit} a call`, keep: 0, cell: ({ steady, interval }) => timeCell(steady, interval, unit) },
    { head: 'inputs/s', keep: 1, cell: ({ throughput }) => numberCell(throughput, rate) },
    { head: 'peak MiB', keep: 2, cell: ({ peakBytes }) => numberCell(peakBytes, format.mebibytes) },
    { head: 'device MiB', keep: 3, cell: ({ deviceBytes }) => numberCell(deviceBytes, format.mebibytes) },
    { head: `${unit} first`, keep: 4, cell: ({ first }) => timeCell(first, null, unit) },
    { head: 'engine', keep: 6, cell: ({ engine }) => engineCell(engine) },
    {
      head: 'after another size',
      keep: 5,
      cell: ({ batch }) => changingCell(changing?.find((one) => one.batch === batch)),
    },
  ];
}

/** What stands across the columns of a point without numbers. */
export const remarkOf = ({ outcome, reason }: Point): Cell | null =>
  outcome === 'measured'
    ? null
    : {
        parts: [`${format.glyphOf(toneOf[outcome])} ${outcome.replaceAll('-', ' ')}: ${plain(reason ?? '')}`],
        tone: toneOf[outcome],
      };

export const labelOf = ({ batch }: Point, { knee }: Series): string =>
  `${String(batch).padStart(7)}${knee?.passed && knee.batch === batch ? ' knee' : ''}`;

/** The conditions under which all points were taken. */
export function conditionsOf({ threads, limit, machine }: Sweep): string {
  const held = limit === null ? [] : [`at most ${format.size(limit.bytes)} resident by ${limit.by}`];
  return [
    format.threadsWord(threads),
    machine.pinned ? 'one core' : 'any core',
    'fresh processes a point',
    ...held,
  ].join(', ');
}

export function headline({ summary: { measured, lost, red }, series }: Sweep): string {
  const gone = new Set(series.filter(({ reason }) => reason !== null).map(({ backend }) => backend));
  return [
    `${format.plural(measured, 'point')} measured`,
    ...(lost > 0 ? [`${format.count(lost)} without a number`] : []),
    ...(red > 0 ? [`${format.count(red)} red`] : []),
    ...(gone.size > 0 ? [`${gone.size} not here (${[...gone].join(', ')})`] : []),
  ].join(' · ');
}

const dash: Cell = { parts: ['—'] };

const numberCell = (value: number | null, text: (value: number) => string): Cell =>
  value === null ? dash : { parts: [text(value)], decimal: true };

function timeCell(seconds: number | null, interval: Point['interval'], unit: format.TimeUnit): Cell {
  return seconds === null ? dash : { parts: format.timeParts(seconds, interval, unit), decimal: true };
}

/** What was built of the model, and how long that took. */
const engineCell = (engine: Point['engine']): Cell =>
  engine === null
    ? dash
    : {
        parts: [
          [format.time(engine.seconds), ...(engine.bytes === null ? [] : [format.size(engine.bytes)])].join(', '),
        ],
      };

const rate = (value: number): string => (value < 100 ? format.significant(value) : format.count(Math.round(value)));

const changingCell = (found: NonNullable<Series['changing']>[number] | undefined): Cell => {
  if (found === undefined) return dash;
  const { low, high } = found.interval;
  return {
    parts: [format.ratio(found.ratio), `[${format.significant(low)}, ${format.significant(high)}]`],
    decimal: true,
  };
};
