/** Which chart an experiment has: lines where several batch sizes were measured here, else dots of several models, else the published sweep. Pure. */
import { built } from '../lib/onpar.mjs';
import { baseValue, groupsOf, intervalOf, numbersOf } from './cells.mjs';
import { chart } from './chart.mjs';
import { dots } from './dots.mjs';
import { shown } from './page-ours.mjs';

const { tickTime } = await built('report/charts/fastest.js');
const { count } = await built('report/format.js');

/** @returns {{ svg: string, says: string } | null} says: what the picture shows, for who cannot see it */
export const chartOf = (table, ours) =>
  lines(ours, `Experiment ${table.letter}, measured here`) ??
  byModel(table, ours) ??
  lines(table, `Experiment ${table.letter}, as published`);

const rateTick = (value) => (value >= 100 ? count(Math.round(value)) : String(Number(value.toPrecision(2))));

const steadyOf = (table) =>
  numbersOf(table, 'time').filter(
    ({ value, conditions: { batch, phase } }) => value > 0 && Number(batch) > 0 && !['load', 'first'].includes(phase),
  );

function lines(table, title) {
  const series = groupsOf(steadyOf(table), ({ system }) => system).map((own) => ({
    name: own[0].systemName,
    points: own.map((cell) => ({ batch: Number(cell.conditions.batch), value: baseValue(cell) })),
  }));
  // Several models at one batch size are no line against it.
  const drawn = series.filter(({ points }) => new Set(points.map(({ batch }) => batch)).size > 1);
  if (drawn.length === 0) return null;
  const rates = drawn.map(({ name, points }) => ({
    name,
    points: points.map(({ batch, value }) => ({ batch, value: batch / value })),
  }));
  const panels = [
    { title: 'Time of a call', series: drawn, tick: tickTime },
    { title: 'Inputs a second', series: rates, tick: rateTick },
  ];
  return { says: `${title}: time and rate against batch size`, svg: chart(title, panels) };
}

function byModel(table, ours) {
  const groups = groupsOf(steadyOf(ours), ({ model }) => model).map((own) => ({
    name: table.here.models[own[0].model],
    dots: own.map((cell) => dotOf(ours, cell)),
  }));
  if (groups.length < 2) return null;
  const title = `Experiment ${table.letter}, measured here: time of a call at batch ${table.here.batches[0]}`;
  return { says: `${title}, by model and system`, svg: dots(title, groups, tickTime) };
}

function dotOf(ours, cell) {
  const value = baseValue(cell);
  const interval = intervalOf(ours, cell);
  return {
    name: cell.systemName,
    colour: ours.systems.findIndex(({ id }) => id === cell.system),
    value,
    low: interval?.low ?? value,
    high: interval?.high ?? value,
    text: shown(cell.value, cell.unit, interval),
  };
}
