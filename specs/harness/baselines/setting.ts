/** What the specs of baselines share: a root folder, targets and options. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { BlessOptions, BlessTarget } from '../../../src/baselines/bless.ts';
import { fingerprintOf, type Machine } from '../../../src/baselines/fingerprint.ts';
import { lookup, readBaselines, type Baselines, type Metrics } from '../../../src/baselines/store.ts';
import { defaultAccuracyTolerance } from '../../../src/judge/accuracy.ts';
import { parityTarget } from '../../../src/judge/parity.ts';
import type { RelationTarget } from '../../../src/judge/relation.ts';
import type { Verdict } from '../../../src/judge/verdict.ts';
import { judgeMetric, type Target } from '../../../src/metrics/metric.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';

export const metrics: Metrics = await loadMetrics();

export const machineOf = (cpu: string): Machine =>
  fingerprintOf({
    cpu,
    vendor: null,
    family: null,
    model: null,
    stepping: null,
    arch: 'x64',
    flags: ['avx2', 'fma'],
    caches: [],
    cores: 2,
    quota: null,
    virtual: 'virtual',
    os: 'linux',
    kernel: '6',
  });
export const machine: Machine = machineOf('Test CPU');

const roots: string[] = [];
afterAll(() => roots.forEach((root) => [root, `${root}-2`].forEach((path) => rmSync(path, { recursive: true, force: true }))));
export const newRoot = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'onpar-baselines-'));
  roots.push(root);
  return root;
};
export const put = (root: string, path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
export const get = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');
/** Every file under the root with its text. */
export const treeOf = (root: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
export const read = (root: string, of: Machine = machine): Baselines =>
  readBaselines(root, of.fingerprint, metrics);

export const parity = (excess: number, nmse = 1e-12): Target => ({
  ...parityTarget([], null, 'torch'),
  vacuous: null,
  excess,
  nmse,
});

/** At most 0.3 of its parent; half of it, where a spec says no more. */
export const relation = (parts: Partial<RelationTarget> = {}): Target => ({
  figure: 0.5,
  interval: null,
  range: { low: 0, high: 0.3 },
  told: 'int8 has half',
  promise: 'at most 0.3',
  doubt: null,
  ...parts,
});

/** A target judged as a run would judge it; `verdict` where a spec wants another. */
export const targetOf = (
  baselines: Baselines,
  id: string,
  key: string,
  target: Target,
  verdict?: Verdict,
  model = 'm',
): BlessTarget => {
  const metric = metrics.get(id);
  if (!metric) throw new Error(`no metric ${id}`);
  const found = lookup(baselines, metric, model, key);
  const context = { today: '2026-11-23', divergence: undefined, tolerance: defaultAccuracyTolerance, pairings: [], waiting: null };
  const judged = (): Verdict =>
    judgeMetric(metric, target, found.state === 'present' ? found.value : undefined, context).verdict;
  return { metric, model, key, target, verdict: verdict ?? judged() };
};

export const options: BlessOptions = {
  only: 'all',
  reason: null,
  health: 'healthy',
  planned: 'some',
  expires: '2027-02-21',
  provenance: {
    date: '2026-11-23',
    commit: 'abc',
    onpar: '0.1.0',
    node: '20.20.2',
    backends: { 'ort-node/cpu': '1.30.0' },
  },
  machine,
  metrics,
};
