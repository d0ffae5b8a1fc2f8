/** The five experiments, as published: one file each, with what is claimed of it and what stands for it here. */
import { readFileSync } from 'node:fs';

export const letters = ['A', 'B', 'C', 'D', 'E'];

/** @param {string} letter */
export const readTable = (letter) =>
  JSON.parse(readFileSync(new URL(`tables/${letter.toLowerCase()}.json`, import.meta.url), 'utf8'));

/** An experiment of some of its models, named as their cards are: for a run that may not take long. @param {readonly string[]} ids */
export function onlyModels(table, ids) {
  const models = table.models.filter(({ id }) => ids.includes(table.here.models[id]));
  const kept = ({ model = table.models[0].id }) => models.some(({ id }) => id === model);
  const claims = table.claims.map((claim) => ({ ...claim, tests: claim.tests.filter(kept) }));
  return {
    ...table,
    models,
    rows: table.rows.filter(kept),
    claims: claims.filter(({ tests }) => tests.length > 0),
    here: {
      ...table.here,
      note: `${table.here.note} Of its models only ${ids.join(', ')}.`,
      models: Object.fromEntries(models.map(({ id }) => [id, table.here.models[id]])),
    },
  };
}
