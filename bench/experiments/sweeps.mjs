/** Sweeps of an experiment, each point in fresh processes that may run out of memory: their rows in our table, and claims about them. Pure. */
import { table as markdown } from '../gate/certify/format.mjs';
import { built } from '../lib/onpar.mjs';

const { size, time, count, significant, ratio: times } = await built('report/format.js');
const { kneeWords } = await built('report/charts/against-batch.js');

/**
 * Our table with what the sweeps add. @param {object} table published @param {ReturnType<import('./ours.mjs').oursOf>} ours
 * @param {object[]} documents of `onpar compare --batch … --json`
 */
export function withSweeps(table, ours, documents) {
  const taken = documents.flatMap(({ series, limit }) => series.map((one) => ({ ...one, limit })));
  const sweeps = table.models.flatMap(({ id: model }) =>
    table.here.systems.flatMap(({ id: system, artifact, backend }) =>
      taken
        .filter((one) => one.subject === `${table.here.models[model]}/${artifact}` && one.backend === backend)
        .map((series) => ({ model, system, series })),
    ),
  );
  const known = new Set(ours.rows.map(({ model, label }) => `${model}\0${label}`));
  const rows = table.models.flatMap(({ id }) =>
    rowsOf(
      id,
      sweeps.filter(({ model }) => model === id),
    ),
  );
  return {
    ...ours,
    sweeps,
    rows: [...ours.rows, ...rows.filter(({ model, label }) => !known.has(`${model}\0${label}`))],
  };
}

const quantities = [
  { quantity: 'time', label: 'steady', unit: 's', phase: { phase: 'steady' }, of: ({ steady }) => steady },
  { quantity: 'memory', label: 'peak memory', unit: 'B', phase: {}, of: ({ peakBytes }) => peakBytes },
];

function rowsOf(model, sweeps) {
  const batches = [...new Set(sweeps.flatMap(({ series: { points } }) => points.map(({ batch }) => batch)))];
  return batches.flatMap((batch) =>
    quantities.map(({ quantity, label, unit, phase, of }) => {
      const found = sweeps.flatMap(({ system, series: { points } }) => {
        const point = points.find((each) => each.batch === batch);
        return point === undefined ? [] : [[system, point]];
      });
      const pick = (value) => Object.fromEntries(found.map(([system, point]) => [system, value(point)]));
      return {
        label: `${label}, batch ${batch}`,
        model,
        quantity,
        unit,
        conditions: { ...phase, batch: String(batch) },
        values: pick((point) => String(of(point) ?? point.outcome.replaceAll('-', ' '))),
        intervals: pick((point) => (quantity === 'time' ? point.interval : null)),
      };
    }),
  );
}

/** Kinds of tests that need a sweep: see claims.mjs. */
export const sweepKinds = {
  /** Memory runs out above a batch size, and not up to it. */
  exhausted({ model, system, above }, { sweeps = [] }) {
    const found = sweeps.find((each) => each.system === system && each.model === model);
    if (found === undefined) return { word: 'not testable here', why: 'no sweep was taken' };
    return found.series.reason === null
      ? exhaustion(found.series, above)
      : { word: 'not testable here', why: found.series.reason };
  },

  /** A symbolic batch axis costs at most so much of a fixed one. */
  fixed({ atMost }, { fixed = null }, show) {
    if (fixed === null) return { word: 'not testable here', why: 'no file with a fixed axis was made' };
    const [one, other] = [fixed.symbolic, fixed.fixed];
    const lost = [one, other].find(({ outcome }) => outcome !== 'measured');
    if (lost !== undefined) return { word: 'not testable here', why: `${lost.outcome}: ${lost.reason}` };
    if (one.interval === null || other.interval === null)
      return { word: 'not testable here', why: 'one process has no spread' };
    const [low, high] = [one.interval.low / other.interval.high, one.interval.high / other.interval.low];
    const why = `symbolic ${show(one.steady, 's')} against fixed ${show(other.steady, 's')} at batch ${one.batch}: ${significant(one.steady / other.steady)}x [${significant(low)}, ${significant(high)}], claimed at most ${atMost}x`;
    return { word: high <= atMost ? 'holds' : low > atMost ? 'does not hold' : 'undecided', why };
  },

  /** A call after one of another size takes a multiple of one after the same, at more than half of the sizes: at one of several it would by chance. */
  changing({ model, system, atLeast }, { sweeps = [] }) {
    const found = sweeps.find((each) => each.system === system && each.model === model)?.series.changing ?? [];
    if (found.length === 0) return { word: 'not testable here', why: 'no changing sizes were timed' };
    const [above, below] = [
      found.filter(({ interval }) => interval.low >= atLeast).length,
      found.filter(({ interval }) => interval.high < atLeast).length,
    ];
    const { ratio, batch, interval } = found.toSorted((one, other) => other.ratio - one.ratio)[0];
    const why = `surely ${atLeast}x of a call at the same size or more at ${above} of ${found.length} sizes, surely less at ${below}; at worst ${times(ratio)} [${significant(interval.low)}, ${significant(interval.high)}], at batch ${batch}`;
    const most = found.length / 2;
    return { word: above > most ? 'holds' : below > most ? 'does not hold' : 'undecided', why };
  },
};

function exhaustion({ points, limit }, above) {
  const lost = points.find(({ outcome }) => outcome === 'out-of-memory');
  const { batch, peakBytes } = points.findLast(({ outcome }) => outcome === 'measured') ?? { batch: 0, peakBytes: 0 };
  const within = limit === null ? '' : ` within ${size(limit.bytes)} of a process`;
  const largest = `batch ${batch} took ${size(peakBytes)}`;
  if (lost !== undefined) {
    const word = lost.batch > above && batch <= above ? 'holds' : 'does not hold';
    return { word, why: `memory runs out at batch ${lost.batch}${within}${batch === 0 ? '' : `; ${largest}`}` };
  }
  return batch > above
    ? { word: 'does not hold', why: `it did not run out${within}: ${largest}` }
    : { word: 'not testable here', why: 'no larger size was measured' };
}

/** Of a sweep over two files at one size: the symbolic one, and the same fixed. @returns {{ symbolic: object, fixed: object }} points */
export const fixedOf = ({ series: [symbolic, fixed] }) => ({ symbolic: symbolic.points[0], fixed: fixed.points[0] });

/** Every point, and the knee in words. @returns {string} empty where no sweep was taken */
export function sweepSection({ ours: { sweeps = [], systems } }) {
  if (sweeps.length === 0) return '';
  const nameOf = (id) => systems.find((system) => system.id === id)?.name ?? id;
  const rows = sweeps.flatMap(({ system, series: { points, changing, reason } }) =>
    reason === null
      ? points.map((point) => [nameOf(system), String(point.batch), ...cellsOf(point, changing)])
      : [[nameOf(system), '–', reason, '–', '–', '–']],
  );
  const knees = sweeps.flatMap(({ system, series: { knee } }) =>
    knee === null ? [] : [`- ${nameOf(system)}: ${kneeWords(knee)}`],
  );
  const head = ['system', 'batch', 'steady', 'inputs/s', 'peak memory', 'after another size'];
  return `## Sweep\n\n${markdown(head, rows)}\n\nEach size in fresh processes. After another size: a call over one after the same size, in one session.\n\n${knees.join('\n')}`;
}

function cellsOf({ batch, outcome, reason, steady, interval, throughput, peakBytes }, changing) {
  if (outcome !== 'measured') return [`${outcome.replaceAll('-', ' ')}: ${reason}`, '–', '–', '–'];
  const found = changing?.find((each) => each.batch === batch);
  const rate = throughput < 100 ? significant(throughput) : count(Math.round(throughput));
  return [time(steady, interval), rate, size(peakBytes), found === undefined ? '–' : times(found.ratio)];
}
