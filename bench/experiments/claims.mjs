/** Holds each published claim against our table: holds, does not hold, undecided, or not testable here, with the number that says so. Pure. */
import { cellsOf, intervalOf } from './cells.mjs';
import { sweepKinds } from './sweeps.mjs';

/**
 * @typedef {{ word: 'holds' | 'does not hold' | 'undecided' | 'not testable here', why: string }} Outcome
 *
 * @param {object} claim of a published table @param {ReturnType<import('./ours.mjs').oursOf>} ours
 * @param {(value: number, unit: string) => string} show a figure for people
 * @returns {Outcome[]} one for each test
 */
export const outcomesOf = (claim, ours, show) =>
  claim.tests.map((test) => {
    const { model = ours.models[0].id } = test;
    const { word, why } = kinds[test.kind]({ ...test, model }, ours, show);
    return { word, why: ours.models.length > 1 ? `${model}: ${why}` : why };
  });

const untestable = (why) => ({ word: 'not testable here', why });

const kinds = {
  ...sweepKinds,

  untested: ({ why }) => untestable(why),

  ratio(test, ours, show) {
    const { of, over, quantity, batch } = test;
    const missing = whyNot(test, [of, over], ours) ?? withoutIt(test, ours);
    if (missing !== null) return untestable(missing);
    const [one, other] = [of, over].map((system) => figureOf(test, system, ours));
    if (one === undefined || other === undefined) return untestable(`no ${quantity}${at(batch)} of both`);
    const ratio = { low: one.low / other.high, value: one.value / other.value, high: one.high / other.low };
    const { word, claimed } = held(ratio, test);
    const span = ratio.low === ratio.high ? '' : ` [${fixed(ratio.low)}, ${fixed(ratio.high)}]`;
    return {
      word,
      why: `${one.name} ${show(one.value, one.unit)} against ${other.name} ${show(other.value, other.unit)}${at(batch)}: ${fixed(ratio.value)}x${span}, claimed ${claimed}${elsewhere([of, over], ours)}`,
    };
  },

  identical(test, ours) {
    const systems = [test.of, test.as];
    const missing = whyNot(test, systems, ours);
    if (missing !== null) return untestable(missing);
    const [a, b] = systems.map((system) => countsOf(test.model, system, ours));
    if (a === null || b === null) return untestable('no accuracy was measured');
    if (a.n !== b.n) return untestable(`${a.name} looked at ${a.n} images, ${b.name} at ${b.n}`);
    const why = `${a.name} ${a.accuracy.toFixed(2)} %, ${a.flips} flips; ${b.name} ${b.accuracy.toFixed(2)} %, ${b.flips} flips; of ${a.n} images against the float64 reference`;
    if (a.flips === 0 && b.flips === 0) return { word: 'holds', why };
    // Both may have flipped the same images.
    const canAgree = a.flips > 0 && b.flips > 0 && a.accuracy === b.accuracy;
    return { word: canAgree ? 'undecided' : 'does not hold', why };
  },
};

/** A bound from above or from below; the whole interval must lie on one side of it. */
function held({ low, high }, { atMost, atLeast }) {
  const [inside, outside] = atMost === undefined ? [low >= atLeast, high < atLeast] : [high <= atMost, low > atMost];
  const claimed = atMost === undefined ? `at least ${atLeast}x` : `at most ${atMost}x`;
  return { word: inside ? 'holds' : outside ? 'does not hold' : 'undecided', claimed };
}

/** A system may have no such figure by its nature. */
function withoutIt({ of, over, quantity }, ours) {
  const system = ours.systems.find(({ id, without }) => [of, over].includes(id) && quantity in without);
  return system === undefined ? null : `${system.name}: ${system.without[quantity]}`;
}

/** Where the claim was made, if that was another kind of device. */
function elsewhere(systems, ours) {
  const moved = ours.systems.filter(
    ({ id, published, conditions: { device } }) => systems.includes(id) && (published ?? device) !== device,
  );
  return moved.length === 0 ? '' : ` (of a ${moved[0].published}; here ${moved[0].conditions.device})`;
}

const at = (batch) => (batch === undefined ? '' : ` at batch ${batch}`);
const fixed = (ratio) => (ratio < 10 ? ratio.toFixed(ratio < 1 ? 3 : 2) : ratio.toFixed(1));

/** A wrong answer is no comparison, however fast it comes. */
function whyNot({ model }, systems, ours) {
  for (const system of systems) {
    const name = ours.systems.find(({ id }) => id === system)?.name ?? system;
    const gone = ours.absent.find((each) => each.system === system && each.model === model);
    if (gone !== undefined) return `${name}: ${gone.reason}`;
    const parity = ours.parity.find((each) => each.system === system && each.model === model);
    if (parity === undefined) return `${name}: not measured`;
    if (!['match', 'divergence'].includes(parity.verdict)) return `${name}: parity ${parity.verdict}, ${parity.reason}`;
  }
  return null;
}

function figureOf({ model, quantity, batch }, system, ours) {
  const [kind, phase] = quantity === 'steady' ? ['time', 'steady'] : [quantity, undefined];
  const found = cellsOf(ours).find(
    (cell) =>
      cell.model === model &&
      cell.system === system &&
      cell.quantity === kind &&
      (phase === undefined || cell.conditions.phase === phase) &&
      (batch === undefined || cell.conditions.batch === String(batch)),
  );
  if (found === undefined) return undefined;
  const interval = intervalOf(ours, found);
  const { value, unit, systemName: name } = found;
  return { value, unit, name, low: interval?.low ?? value, high: interval?.high ?? value };
}

function countsOf(model, system, ours) {
  const own = cellsOf(ours).filter((cell) => cell.model === model && cell.system === system);
  const [accuracy, flips] = ['accuracy', 'flips'].map((quantity) => own.find((cell) => cell.quantity === quantity));
  if (accuracy === undefined || flips === undefined) return null;
  return {
    name: accuracy.systemName,
    n: Number(accuracy.conditions.images),
    accuracy: accuracy.value,
    flips: flips.value,
  };
}
