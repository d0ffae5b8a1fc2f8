/** The reports of `onpar compare` as a table of the same shape as the published one, so that the same rules look at it. Pure. */

const perBatch = [
  { quantity: 'time', phase: 'steady', unit: 's', of: ({ latency }) => latency.steady },
  { quantity: 'throughput', phase: 'steady', unit: 'inputs/s', of: ({ latency }) => latency.throughput },
];
/** Of a session, whatever the batch size. */
const once = [
  { quantity: 'size', unit: 'B', of: ({ size }) => size.bytes },
  { quantity: 'time', phase: 'load', unit: 's', of: ({ latency }) => latency.load },
  { quantity: 'time', phase: 'first', unit: 's', of: ({ latency }) => latency.first },
  { quantity: 'memory', unit: 'B', of: ({ memory }) => memory.peakBytes },
];

/**
 * @param {object} table published
 * @param {object[]} reports
 * @param {import('./plan.mjs').Absent[]} absent what was not planned
 */
export function oursOf(table, reports, absent) {
  const cases = reports.flatMap((report) => report.cases);
  const systems = table.here.systems.map((system) => systemOf(table, system, cases));
  const measured = table.models.flatMap(({ id: model }) =>
    systems.flatMap((system) => {
      const own = casesOf(table, model, system, cases);
      return own.length === 0 ? [] : { model, system, own, failure: failureOf(own[0]) };
    }),
  );
  const right = measured.filter(({ failure }) => failure === null);
  return {
    models: table.models.map(({ id }) => ({ id, ...countOf(table.here.models[id], reports) })),
    systems,
    gains: [],
    rows: table.models.flatMap(({ id }) =>
      rowsOf(
        id,
        right.filter(({ model }) => model === id),
      ),
    ),
    parity: right.map(({ model, system, own }) => ({ model, system: system.id, ...worstParity(own) })),
    absent: [
      ...absent,
      ...measured.flatMap(({ model, system, failure }) =>
        failure === null ? [] : { model, system: system.id, reason: failure },
      ),
    ],
  };
}

/** A batch size that answers wrongly is not hidden by another that does not. */
const worstParity = (own) =>
  (own.find(({ parity: { verdict } }) => !['match', 'divergence'].includes(verdict)) ?? own[0]).parity;

/** Of the model that was run, which may stand in for the published one. */
function countOf(fixture, reports) {
  const found = reports.flatMap(({ models }) => models).find(({ id }) => id === fixture);
  return found?.parameters ? { parameters: String(found.parameters) } : {};
}

function systemOf({ systems, here }, { id, name, parent, artifact, backend, without = {} }, cases) {
  const published = systems.find((system) => system.id === id) ?? {};
  const above = parent ?? published.parent;
  return {
    id,
    name: name ?? published.name,
    ...(here.systems.some((system) => system.id === above) && { parent: above }),
    artifact,
    backend,
    without,
    // A claim about a GPU is not settled on a CPU without a word.
    published: published.conditions?.device ?? null,
    conditions: conditionsOf(backend, cases.find((each) => each.artifact === artifact)?.precision),
  };
}

/** The product times one thread, and a call is over when its outputs are there. */
const conditionsOf = (backend, precision) => ({
  device: /cuda|tensorrt|gpu/.test(backend) ? 'gpu' : 'cpu',
  synchronized: 'yes',
  threads: '1',
  ...(precision !== undefined && { dtype: precision }),
});

const casesOf = ({ here }, model, { artifact, backend }, cases) =>
  cases
    .filter((each) => each.model === here.models[model] && each.artifact === artifact && each.backend === backend)
    .filter(({ threads }) => threads === 1)
    .toSorted((a, b) => a.batch - b.batch);

/** A backend that is not here, or died, says why; null where it was timed. */
function failureOf({ parity, latency }) {
  if (latency.steady !== null) return null;
  const { verdict, reason } = latency.verdict === 'skipped' ? parity : latency;
  return `${verdict === 'unavailable' ? 'not here' : verdict}: ${reason}`;
}

function rowsOf(model, measured) {
  const batches = [...new Set(measured.flatMap(({ own }) => own.map(({ batch }) => batch)))];
  const row = (label, { quantity, unit, phase }, conditions, cellOf) => {
    const cells = measured.flatMap(({ system, own }) => {
      const found = quantity in system.without ? null : cellOf(own);
      return found === null ? [] : [[system.id, found]];
    });
    const of = (pick) => Object.fromEntries(cells.map(([id, cell]) => [id, pick(cell)]));
    const statistic =
      quantity === 'time' || quantity === 'throughput' ? { statistic: 'median of fresh processes' } : {};
    return {
      label,
      model,
      quantity,
      unit,
      conditions: { ...statistic, ...(phase !== undefined && { phase }), ...conditions },
      values: of(({ value }) => String(value)),
      intervals: of(({ interval }) => interval ?? null),
    };
  };
  const counted = [...new Set(measured.flatMap(({ own }) => own[0].accuracy?.n ?? []))];
  return [
    // Of another number of images it is another quantity: a row of its own.
    ...counted.flatMap((n) => accuracyRows(n, row)),
    ...once.map((each) => row(each.phase ?? each.quantity, each, {}, ([first]) => cell(each.of(first)))),
    ...batches.flatMap((batch) =>
      perBatch.map((each) =>
        row(
          `${each.quantity === 'time' ? each.phase : each.quantity}, batch ${batch}`,
          each,
          { batch: String(batch) },
          (own) => {
            const found = own.find((one) => one.batch === batch);
            return found === undefined
              ? null
              : cell(each.of(found), each.quantity === 'time' ? found.latency.interval : null);
          },
        ),
      ),
    ),
  ].filter(({ values }) => Object.keys(values).length > 0);
}

const cell = (value, interval = null) => (value === null ? null : { value, interval });

function accuracyRows(n, row) {
  const counted = (own, of) => (own[0].accuracy?.n === n ? cell(of(own[0].accuracy)) : null);
  const images = { images: String(n) };
  return [
    row(`accuracy of ${n}`, { quantity: 'accuracy', unit: '%' }, images, (own) =>
      counted(own, ({ correct }) => (100 * correct) / n),
    ),
    row(`flips of ${n}`, { quantity: 'flips', unit: '' }, images, (own) => counted(own, ({ flips }) => flips)),
  ];
}
