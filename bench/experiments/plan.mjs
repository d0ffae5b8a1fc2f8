/** What of an experiment can be run here, and what cannot and why. Pure: what is here is told. */
import { groupsOf } from './cells.mjs';

/**
 * @typedef {{ models: Map<string, string[]>, backends: string[] }} Present artifacts by model, and backends
 * @typedef {{ target: string, backends: string[] }} Run one `onpar compare` of an artifact on some backends: what an experiment does not ask for is not measured
 * @typedef {{ model: string, system: string, reason: string }} Absent
 *
 * @param {object} table @param {Present} present
 * @returns {{ runs: Run[], absent: Absent[], missing: string[] }} missing: models without a card, without which an experiment is not run
 */
export function planOf({ here, models }, present) {
  const absent = models.flatMap(({ id: model }) =>
    here.systems.flatMap((system) => {
      const reason = reasonOf(here.models[model], system, present);
      return reason === null ? [] : [{ model, system: system.id, reason }];
    }),
  );
  const runs = models.flatMap(({ id: model }) => {
    const systems = here.systems.filter(({ id }) => !absent.some((each) => each.model === model && each.system === id));
    return groupsOf(systems, ({ artifact }) => artifact).map((same) => ({
      target: `${here.models[model]}/${same[0].artifact}`,
      backends: [...new Set(same.map(({ backend }) => backend))],
    }));
  });
  return { runs, absent, missing: Object.values(here.models).filter((fixture) => !present.models.has(fixture)) };
}

function reasonOf(fixture, { artifact, backend }, { models, backends }) {
  const artifacts = models.get(fixture);
  if (artifacts === undefined) return `no model ${fixture} under fixtures/models`;
  if (!backends.includes(backend)) return `onpar has no backend ${backend}`;
  if (!artifacts.includes(artifact)) return `the card of ${fixture} names no artifact ${artifact}`;
  return null;
}
