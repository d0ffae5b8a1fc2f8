/** Small tables for the rules: an honest one, and what is changed in it. */

export interface Row {
  label: string;
  model: string;
  quantity: string;
  unit: string;
  conditions?: Record<string, string>;
  values: Record<string, string>;
}

export interface Table {
  models: { id: string; architecture?: string; parameters?: string; input?: number }[];
  systems: { id: string; name: string; parent?: string; conditions?: Record<string, string> }[];
  rows: Row[];
  gains: { says: string; as: string; row: string; of: string; over: string }[];
}

const said = (): Record<string, string> => ({ device: 'cpu', threads: '1', synchronized: 'yes', dtype: 'float32' });
const steady = (batch: number): Record<string, string> => ({
  phase: 'steady',
  statistic: 'median',
  batch: String(batch),
});

/** Everything said, everything plausible: a fast and a slow runtime, load apart from steady, a sweep with memory, flips counted. */
export const honest = (): Table => ({
  models: [{ id: 'ResNet-34', architecture: 'ResNet-34', parameters: '21797672', input: 224 }],
  systems: [
    { id: 'ort', name: 'ORT', conditions: said() },
    { id: 'js', name: 'JS', conditions: said() },
    { id: 'int8', name: 'INT8', parent: 'ort', conditions: { ...said(), dtype: 'int8' } },
  ],
  rows: [
    row('accuracy', 'accuracy', '%', { ort: '73.31', js: '73.31', int8: '73.20' }, { images: '10000' }),
    row('flips', 'flips', '', { ort: '0', js: '0', int8: '41' }, { images: '10000' }),
    row('size', 'size', 'MiB', { ort: '83.19', js: '83.25', int8: '20.91' }),
    row('load', 'time', 'ms', { ort: '212.4', js: '96.31', int8: '230.9' }, { phase: 'load', statistic: 'median' }),
    row('steady, batch 1', 'time', 'ms', { ort: '41.27', js: '4411', int8: '24.61' }, steady(1)),
    row('steady, batch 8', 'time', 'ms', { ort: '310.6', js: '36420', int8: '192.7' }, steady(8)),
    row('steady, batch 32', 'time', 'ms', { ort: '1233', js: '151300', int8: '771.3' }, steady(32)),
    row('peak', 'memory', 'MiB', { ort: '391', js: '820', int8: '201' }),
  ],
  gains: [{ says: '1.7x', as: 'times', row: 'steady, batch 1', of: 'int8', over: 'ort' }],
});

const row = (
  label: string,
  quantity: string,
  unit: string,
  values: Record<string, string>,
  conditions: Record<string, string> = {},
): Row => ({ label, model: 'ResNet-34', quantity, unit, conditions, values });

/** The honest table with something changed in place. */
export function changed(change: (table: Table) => void): Table {
  const table = honest();
  change(table);
  return table;
}

export const rowOf = (table: Table, label: string): Row => table.rows.find((each) => each.label === label)!;

/** Every condition that a rule may take as an excuse is unsaid. */
export const unsay = (table: Table, ...names: string[]): void => {
  for (const place of [...table.systems, ...table.rows]) for (const name of names) delete place.conditions?.[name];
};
