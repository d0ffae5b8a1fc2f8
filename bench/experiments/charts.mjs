/** Which charts an experiment has: ours where several batch sizes were measured, else the published sweep. Pure. */
import { built } from '../lib/onpar.mjs';
import { baseValue, groupsOf, numbersOf } from './cells.mjs';
import { chart } from './chart.mjs';

const { tickTime } = await built('report/charts/fastest.js');
const { count } = await built('report/format.js');

/** @returns {{ svg: string, says: string } | null} */
export function chartOf(table, ours) {
  const here = panelsOf(ours);
  if (here !== null) return draw(`Experiment ${table.letter}, measured here`, here);
  const published = panelsOf(table);
  return published === null ? null : draw(`Experiment ${table.letter}, as published`, published);
}

const draw = (says, panels) => ({ says, svg: chart(says, panels) });

const rateTick = (value) => (value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(2))));

function panelsOf(table) {
  const cells = numbersOf(table, 'time').filter(
    ({ value, conditions: { batch, phase } }) => value > 0 && Number(batch) > 0 && !['load', 'first'].includes(phase),
  );
  const series = groupsOf(cells, ({ system }) => system).map((own) => ({
    name: own[0].systemName,
    points: own.map((cell) => ({ batch: Number(cell.conditions.batch), value: baseValue(cell) })),
  }));
  // Several models at one batch size are no line against it.
  const lines = series.filter(({ points }) => new Set(points.map(({ batch }) => batch)).size > 1);
  if (lines.length === 0) return null;
  const rates = lines.map(({ name, points }) => ({
    name,
    points: points.map(({ batch, value }) => ({ batch, value: batch / value })),
  }));
  return [
    { title: 'Time of a call', series: lines, tick: tickTime },
    { title: 'Inputs a second', series: rates, tick: rateTick },
  ];
}
