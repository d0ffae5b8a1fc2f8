/** From changed values to changed files: objects and their text. A file without change is not among them; provenance moves only with values. Pure. */
import type { Baseline, Value } from './baseline.generated.ts';
import type { BlessOptions, BlessTarget } from './bless.ts';
import { renderBaseline, renderMachine } from './render.ts';
import { machineFile, machineFolder, portableFolder, type BaselineFile, type Baselines } from './store.ts';

export interface Changes {
  /** By name of the case. */
  readonly set: Map<string, { readonly target: BlessTarget; readonly value: Value }>;
  readonly removed: Map<string, { readonly path: string; readonly id: string; readonly key: string }>;
}

export interface PlannedFile {
  /** Relative to the root. */
  readonly path: string;
  /** null: the last value is gone and the file with it. */
  readonly text: string | null;
  /** What must lie there when it is written: its text, null for no file, `any` where that does not matter. */
  readonly before: { readonly text: string | null } | 'any';
}

export const changedFiles = (
  changes: Changes,
  baselines: Baselines,
  options: BlessOptions,
): readonly PlannedFile[] => {
  const drafts = new Map<string, Draft>();
  const draft = (path: string, model: string, scope: 'portable' | 'machine'): Draft => {
    const known = drafts.get(path) ?? open(path, model, scope, baselines);
    drafts.set(path, known);
    return known;
  };
  for (const { target, value } of changes.set.values()) {
    const { metric, model, key } = target;
    const { values } = draft(pathOf(metric.scope, model, baselines), model, metric.scope);
    values.set(metric.id, (values.get(metric.id) ?? new Map<string, Value>()).set(key, value));
  }
  for (const { path, id, key } of changes.removed.values()) {
    const file = [...baselines.portable.values(), ...baselines.machine.values()].find(
      (candidate) => candidate.path === path,
    );
    if (file)
      draft(path, file.baseline.model, file.baseline.fingerprint === null ? 'portable' : 'machine')
        .values.get(id)
        ?.delete(key);
  }
  const files = [...drafts.values()].map((each) => close(each, options)).filter((file) => file !== null);
  return [...introduced(drafts, baselines, options), ...files];
};

interface Draft {
  readonly path: string;
  readonly model: string;
  readonly fingerprint: string | null;
  readonly old: BaselineFile | undefined;
  readonly values: Map<string, Map<string, Value>>;
}

const pathOf = (scope: 'portable' | 'machine', model: string, { fingerprint }: Baselines): string =>
  `${scope === 'portable' ? portableFolder : machineFolder(fingerprint)}/${model}.json`;

const open = (path: string, model: string, scope: 'portable' | 'machine', baselines: Baselines): Draft => {
  const old = baselines[scope].get(model);
  const values = new Map(
    Object.entries(old?.baseline.values ?? {}).map(([id, cases]) => [id, new Map(Object.entries(cases))]),
  );
  return { path, model, fingerprint: scope === 'portable' ? null : baselines.fingerprint, old, values };
};

const close = (
  { path, model, fingerprint, old, values }: Draft,
  { provenance, reason }: BlessOptions,
): PlannedFile | null => {
  const before = { text: old?.text ?? null };
  const filled = [...values].filter(([, cases]) => cases.size > 0);
  if (filled.length === 0) return old === undefined ? null : { path, text: null, before };
  const baseline: Baseline = {
    ...(old?.baseline.$schema === undefined ? {} : { $schema: old.baseline.$schema }),
    schemaVersion: 1,
    model,
    fingerprint,
    provenance: { ...provenance, reason },
    values: Object.fromEntries(filled.map(([id, cases]) => [id, Object.fromEntries(cases)])),
  };
  return { path, text: renderBaseline(baseline, old?.text ?? null), before };
};

/** The first values of a machine come with its description. */
const introduced = (
  drafts: ReadonlyMap<string, Draft>,
  baselines: Baselines,
  { machine }: BlessOptions,
): readonly PlannedFile[] => {
  const first =
    baselines.machine.size === 0 && [...drafts.values()].some(({ fingerprint }) => fingerprint !== null);
  if (!first) return [];
  return [
    {
      path: `${machineFolder(baselines.fingerprint)}/${machineFile}`,
      text: renderMachine(machine),
      before: 'any',
    },
  ];
};
