import { describe, expect, test } from 'vitest';
import { planBless, type BlessOptions, type BlessPlan, type BlessTarget } from '../../../src/baselines/bless.ts';
import type { CaseName } from '../../../src/baselines/obsolete.ts';
import { readBaselines, type Baselines } from '../../../src/baselines/store.ts';
import { writeBaselines } from '../../../src/baselines/write.ts';
import type { RelationTarget } from '../../../src/judge/relation.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { toSample } from '../../../src/stats/sample.ts';
import {
  get,
  machine,
  machineOf,
  metrics,
  newRoot,
  options,
  parity,
  put,
  read,
  relation,
  targetOf,
  treeOf,
} from './setting.ts';

const latencyKey = 'float32/ort-node/cpu/b1/t1';
const parityKey = 'float32/ort-node/cpu';
const sample = (factor = 1) => toSample([1, 1.01, 1.02, 1.03, 1.04].map((value) => value * factor * 1e-3));
const usual = (
  baselines: Baselines,
  change: Partial<Record<'size' | 'excess' | 'slow', number>> = {},
): BlessTarget[] => [
  targetOf(baselines, 'size', 'float32', change.size ?? 1000),
  targetOf(baselines, 'parity', parityKey, parity(change.excess ?? 0.1)),
  targetOf(baselines, 'latency', latencyKey, sample(change.slow ?? 1)),
];
const bless = (
  root: string,
  targets: (baselines: Baselines) => BlessTarget[],
  more: Partial<BlessOptions> = {},
): BlessPlan => {
  const of = more.machine ?? machine;
  const baselines = readBaselines(root, of.fingerprint, metrics);
  const plan = planBless(targets(baselines), baselines, { ...options, ...more });
  writeBaselines(plan);
  return plan;
};
const blessed = (): string => {
  const root = newRoot();
  bless(root, (b) => usual(b));
  return root;
};
/** On so many days. */
const blessedOn = (days: number): string => {
  const root = newRoot();
  for (let day = 1; day <= days; day += 1)
    bless(root, (b) => usual(b), { provenance: { ...options.provenance, date: `2026-11-0${day}` } });
  return root;
};
const here = `baselines/machines/${machine.fingerprint}`;

test("the first bless writes the portable values, the machine's and its description", () => {
  const root = newRoot();
  const plan = bless(root, (b) => usual(b));
  expect(plan.files.map(({ path }) => path).sort()).toEqual([
    'baselines/m.json',
    `${here}/m.json`,
    `${here}/machine.json`,
  ]);
  expect(plan.moved).toEqual([
    'm size float32: new -> 1000',
    `m parity ${parityKey}: new -> { "excess": 0.1, "nmse": 1e-12 }`,
    `m latency ${latencyKey}: new -> [0.001, 0.00101, 0.00102, 0.00103, 0.00104] (1 day)`,
  ]);
  expect(JSON.parse(get(root, `${here}/machine.json`))).toMatchObject({
    fingerprint: machine.fingerprint,
    isa: 'x64-avx2',
    cpu: 'Test CPU',
  });
  expect(JSON.parse(get(root, 'baselines/m.json'))).toMatchObject({
    fingerprint: null,
    provenance: { commit: 'abc', reason: null },
    values: { size: { float32: 1000 } },
  });
  expect(read(root).machine.get('m')?.baseline.fingerprint).toBe(machine.fingerprint);
});

describe('-u does not churn', () => {
  test('what is within its budget is not rewritten, and neither is its file, however often', () => {
    const root = blessedOn(8);
    const before = treeOf(root);
    for (let i = 0; i < 5; i += 1) {
      const plan = bless(root, (b) => usual(b, { excess: 0.1 + i / 100, slow: 1 + i / 1000 }), {
        provenance: { ...options.provenance, date: '2027-01-01' },
      });
      expect([plan.files, plan.moved, plan.left]).toEqual([[], [], []]);
    }
    expect(treeOf(root)).toEqual(before);
  });

  test('one value that moved changes its line and the provenance of its file, nothing else', () => {
    const root = blessedOn(8);
    const before = treeOf(root);
    const plan = bless(root, (b) => usual(b, { size: 1001 }), {
      reason: 'retrained',
      provenance: { ...options.provenance, date: '2027-01-01' },
    });
    expect(plan.moved).toEqual(['m size float32: 1000 -> 1001']);
    expect(plan.files.map(({ path }) => path)).toEqual(['baselines/m.json']);
    const changed = get(root, 'baselines/m.json')
      .split('\n')
      .filter((line, i) => line !== before['baselines/m.json']?.split('\n')[i]);
    expect(changed.map((line) => line.trim())).toEqual([
      '"date": "2027-01-01",',
      '"reason": "retrained",',
      '"float32": 1001',
    ]);
    expect(treeOf(root)[`${here}/m.json`]).toBe(before[`${here}/m.json`]);
  });

  test('a value that was written by hand keeps its bytes beside one that moved', () => {
    const root = blessed();
    put(
      root,
      'baselines/m.json',
      get(root, 'baselines/m.json').replace('"excess": 0.1,', '"excess": 1.00e-1, '),
    );
    bless(root, (b) => usual(b, { size: 1001 }));
    expect(get(root, 'baselines/m.json')).toContain('{ "excess": 1.00e-1,  "nmse": 1e-12 }');
  });
});

describe('a latency that holds', () => {
  const at = (date: string): Partial<BlessOptions> => ({ provenance: { ...options.provenance, date } });
  const valueIn = (root: string): unknown =>
    JSON.parse(get(root, `${here}/m.json`)).values.latency[latencyKey];

  test('gets one day more, one line of its file, until there are eight; a day counts once', () => {
    const root = blessedOn(2);
    const before = get(root, `${here}/m.json`).split('\n');
    const plan = bless(root, (b) => usual(b, { slow: 1.001 }), at('2026-11-03'));
    expect(plan.moved).toEqual([
      `m latency ${latencyKey}: [0.001, 0.00101, 0.00102, 0.00103, 0.00104] (2 days) -> [0.001001, 0.001011, 0.001021, 0.001031, 0.001041] (3 days)`,
    ]);
    const added = get(root, `${here}/m.json`).split('\n').filter((line) => !before.includes(line) && !line.includes('"date"'));
    expect(added.map((line) => line.trim())).toEqual([
      '"2026-11-02": [0.001, 0.00101, 0.00102, 0.00103, 0.00104],',
      '"2026-11-03": [0.001001, 0.001011, 0.001021, 0.001031, 0.001041]',
    ]);
    expect(bless(root, (b) => usual(b, { slow: 1.002 }), at('2026-11-03')).files).toEqual([]);
    expect(bless(blessedOn(8), (b) => usual(b), at('2026-11-09')).files).toEqual([]);
  });

  test('starts anew where another level was accepted', () => {
    const root = blessedOn(5);
    bless(root, (b) => usual(b, { slow: 1.1 }), at('2026-11-09'));
    expect(valueIn(root)).toEqual({ '2026-11-09': [0.0011, 0.001111, 0.001122, 0.001133, 0.001144] });
  });

  test('that was blessed before days were kept is judged as it was, and becomes a day by being measured', () => {
    const root = blessed();
    const path = `${here}/m.json`;
    put(root, path, get(root, path).replace(/\{\s*"2026-11-23": (\[.*\])\s*\}/, '$1'));
    expect(valueIn(root)).toEqual([0.001, 0.00101, 0.00102, 0.00103, 0.00104]);
    expect(targetOf(read(root), 'latency', latencyKey, sample(1.1)).verdict).toBe('steady');
    expect(targetOf(read(root), 'latency', latencyKey, sample(1.5)).verdict).toBe('slower');
    bless(root, (b) => usual(b, { slow: 1.1 }), at('2026-11-24'));
    expect(valueIn(root)).toEqual({ '2026-11-24': [0.0011, 0.001111, 0.001122, 0.001133, 0.001144] });
  });
});

test('a $schema that was written by hand stays', () => {
  const root = blessed();
  put(root, 'baselines/m.json', get(root, 'baselines/m.json').replace('{', '{ "$schema": "./s.json",'));
  bless(root, (b) => usual(b, { size: 1001 }));
  expect(get(root, 'baselines/m.json')).toContain('  "$schema": "./s.json",\n');
});

test('--only limits it', () => {
  const root = blessed();
  const plan = bless(root, (b) => usual(b, { size: 1001, slow: 2 }), { only: new Set(['latency']) });
  expect(plan.files.map(({ path }) => path)).toEqual([`${here}/m.json`]);
});

test('blessing on another machine adds its folder and changes nothing else', () => {
  const root = blessed();
  const before = treeOf(root);
  const other = machineOf('Other CPU');
  const plan = bless(root, (b) => usual(b, { slow: 3 }), { machine: other });
  const folder = `baselines/machines/${other.fingerprint}`;
  expect(plan.files.map(({ path }) => path).sort()).toEqual(
    [`${folder}/m.json`, `${folder}/machine.json`].sort(),
  );
  expect(treeOf(root)).toMatchObject(before);
  expect(Object.keys(treeOf(root))).toHaveLength(Object.keys(before).length + 2);
});

describe('refuses', () => {
  const refusal = (targets: (b: Baselines) => BlessTarget[], more: Partial<BlessOptions> = {}): string => {
    const root = blessed();
    const before = treeOf(root);
    let message = '';
    try {
      bless(root, targets, more);
    } catch (error) {
      expect(error).toBeInstanceOf(BadInput);
      message = (error as BadInput).message;
    }
    expect(treeOf(root)).toEqual(before);
    return message;
  };
  const one =
    (
      id: string,
      key: string,
      target: Parameters<typeof targetOf>[3],
      verdict?: Parameters<typeof targetOf>[4],
    ) =>
    (b: Baselines) => [targetOf(b, id, key, target, verdict)];

  test('a run that was not healthy', () => {
    expect(refusal((b) => usual(b, { size: 1001 }), { health: { problem: '1 case crashed' } })).toContain(
      'not blessed: 1 case crashed',
    );
  });

  test.each([null, '', '  '])('a mismatch with the reason %j', (reason) => {
    expect(refusal(one('parity', parityKey, parity(5)), { reason })).toContain('only with a reason');
    expect(refusal(one('parity', 'new/ort', parity(5)), { reason })).toContain('only with a reason');
    expect(refusal(one('parity', parityKey, parity(0.1), 'mismatch'), { reason })).toContain(
      'only with a reason',
    );
  });

  test('what no tolerance could pass, and what proves nothing, with any reason', () => {
    const reason = 'because';
    for (const excess of [Infinity, NaN])
      expect(refusal(one('parity', parityKey, parity(excess)), { reason })).toContain(
        'no tolerance could pass',
      );
    expect(refusal(one('parity', parityKey, parity(5, NaN)), { reason })).toContain(
      'no tolerance could pass',
    );
    expect(refusal(one('parity', parityKey, parity(0.1), 'vacuous'), { reason })).toContain('proves nothing');
  });

  test.each([null, '', '  '])('a broken promise with the reason %j', (reason) => {
    expect(refusal(one('relation', 'int8', relation()), { reason })).toContain('only with a reason');
  });

  test.each([0, -1, NaN, Infinity])('a relation of %d, which is no ratio, with any reason', (figure) => {
    expect(refusal(one('relation', 'int8', relation({ figure })), { reason: 'because' })).toContain('is no ratio');
  });

  test("a model that would take the place of the machine's description", () => {
    const b = read(newRoot());
    expect(() =>
      planBless([targetOf(b, 'latency', latencyKey, sample(), undefined, 'machine')], b, options),
    ).toThrow('the model is called machine');
    expect(
      planBless([targetOf(b, 'size', 'float32', 5, undefined, 'machine')], b, options).files,
    ).toHaveLength(1);
  });
});

describe('a relation', () => {
  const target = (parts: Partial<RelationTarget>) => (b: Baselines) => [
    targetOf(b, 'relation', 'int8', relation(parts)),
  ];

  test('that breaks its promise is accepted with a reason, and held there', () => {
    const root = blessed();
    bless(root, target({}), { reason: 'embeddings stay float' });
    expect(target({})(read(root))[0]?.verdict).toBe('held');
    expect(target({ figure: 0.6 })(read(root))[0]?.verdict).toBe('regressed');
  });

  test.each([
    ['in doubt', { figure: 0, doubt: 'others had the core' }],
    ['not surely broken', { interval: { low: 0.2, high: 0.6 } }],
  ])('that is %s is left out: it says nothing that could be held', (_, parts) => {
    const root = blessed();
    const before = treeOf(root);
    const plan = bless(root, target(parts), { reason: 'because' });
    expect(plan.left).toEqual(['m relation int8: whether it is as promised is not decided']);
    expect(treeOf(root)).toEqual(before);
  });
});

describe('a mismatch', () => {
  const target = (excess: number) => (b: Baselines) => [targetOf(b, 'parity', parityKey, parity(excess))];

  test('with a reason becomes a known divergence with an end, stays as it is, and is taken off when it went away', () => {
    const root = blessed();
    bless(root, target(5), { reason: 'erf is approximated' });
    const value = () => read(root).portable.get('m')?.baseline.values['parity']?.[parityKey];
    expect(value()).toEqual({
      excess: 5,
      nmse: 1e-12,
      divergence: { reason: 'erf is approximated', expires: '2027-02-21' },
    });
    expect(targetOf(read(root), 'parity', parityKey, parity(6)).verdict).toBe('divergence');
    expect(bless(root, target(6)).files).toEqual([]);
    expect(targetOf(read(root), 'parity', parityKey, parity(0.5)).verdict).toBe('mismatch');
    bless(root, target(0.5));
    expect(value()).toEqual({ excess: 0.5, nmse: 1e-12 });
  });

  test('that grew beyond what is known needs a reason again', () => {
    const root = blessed();
    bless(root, target(5), { reason: 'erf is approximated' });
    expect(() => bless(root, target(50))).toThrow('only with a reason');
    expect(() => bless(root, target(50), { reason: 'accepted again' })).not.toThrow();
  });

  test('that is drift within the tolerance becomes a value, not a divergence', () => {
    const root = newRoot();
    bless(root, target(0.01));
    bless(root, target(0.5), { reason: 'new kernel' });
    expect(read(root).portable.get('m')?.baseline.values['parity']?.[parityKey]).toEqual({
      excess: 0.5,
      nmse: 1e-12,
    });
  });

  test('that the card excuses is recorded without a copy of the excuse', () => {
    const root = newRoot();
    bless(root, (b) => [targetOf(b, 'parity', parityKey, parity(5), 'divergence')]);
    expect(read(root).portable.get('m')?.baseline.values['parity']?.[parityKey]).toEqual({
      excess: 5,
      nmse: 1e-12,
    });
  });
});

describe('left out, and said', () => {
  test('an unfit machine and a single process', () => {
    const root = newRoot();
    const plan = bless(root, (b) => [
      targetOf(b, 'latency', 'a/x/b1/t1', toSample([1, 10])),
      targetOf(b, 'load', 'a/x/b1/t1', toSample([1])),
    ]);
    expect(plan.left).toEqual([
      'm latency a/x/b1/t1: the machine was not fit to measure',
      'm load a/x/b1/t1: one fresh process is no baseline: measure at least 2',
    ]);
    expect(treeOf(root)).toEqual({});
    expect(bless(root, (b) => [targetOf(b, 'load', 'a/x/b1/t1', toSample([1, 1]))]).moved).toHaveLength(1);
  });
});

describe('cases that no longer exist', () => {
  const planned = (...names: readonly (readonly [string, string])[]): readonly CaseName[] =>
    names.map(([metric, key]) => ({ metric, key, model: 'm' }));
  const all = planned(['size', 'float32'], ['parity', parityKey], ['latency', latencyKey]);

  test('stay while they are planned, and on a filtered run', () => {
    const root = blessed();
    expect(bless(root, () => [], { planned: all }).files).toEqual([]);
    expect(bless(root, () => []).files).toEqual([]);
  });

  test('are removed and listed on a full bless, with the file when it was the last', () => {
    const root = blessed();
    const plan = bless(root, () => [], { planned: all.slice(0, 1) });
    expect(plan.moved).toEqual([
      `m parity ${parityKey}: { "excess": 0.1, "nmse": 1e-12 } -> removed, there is no such case any more`,
      `m latency ${latencyKey}: [0.001, 0.00101, 0.00102, 0.00103, 0.00104] (1 day) -> removed, there is no such case any more`,
    ]);
    expect(Object.keys(treeOf(root))).toEqual(['baselines/m.json', `${here}/machine.json`]);
    expect(JSON.parse(get(root, 'baselines/m.json'))).toMatchObject({ values: { size: { float32: 1000 } } });
    expect(JSON.parse(get(root, 'baselines/m.json')).values).not.toHaveProperty('parity');
  });

  test('only of what --only covers, retired metrics with all', () => {
    const root = blessed();
    expect(bless(root, () => [], { planned: [], only: new Set(['accuracy']) }).files).toEqual([]);
    const only = bless(blessed(), () => [], { planned: [], only: new Set(['parity']) });
    expect(only.moved).toEqual([expect.stringContaining(`m parity ${parityKey}: `)]);
    put(root, 'baselines/m.json', get(root, 'baselines/m.json').replace('"size"', '"retired"'));
    expect(bless(root, () => [], { planned: all, only: new Set(['size', 'parity']) }).files).toEqual([]);
    expect(bless(root, () => [], { planned: all }).moved).toEqual([
      'm retired float32: 1000 -> removed, there is no such case any more',
    ]);
  });

  test('a divergence that another class has on record is accepted on this one by itself', () => {
    const root = newRoot();
    const reason = 'its kernels saturate';
    bless(root, (b) => [targetOf(b, 'parity', 'q/ort@x64-avx2', parity(3))], { reason });
    const onThis = (b: Baselines): BlessTarget[] => [targetOf(b, 'parity', 'q/ort@x64-avx512', parity(3))];
    expect(onThis(readBaselines(root, machine.fingerprint, metrics))[0]?.verdict).toBe('mismatch');
    expect(bless(root, onThis, { reason }).moved).toHaveLength(1);
    expect(onThis(readBaselines(root, machine.fingerprint, metrics))[0]?.verdict).toBe('divergence');
  });

  test('what is green needs no value of its own where that of any other class would hold it', () => {
    const root = newRoot();
    for (const [isa, excess] of [
      ['x64-avx2', 0.9],
      ['x64-avx512', 0.001],
    ] as const)
      bless(root, (b) => [{ ...targetOf(b, 'parity', `r/ort@${isa}`, parity(excess)), verdict: 'mismatch' }], {
        reason: 'other kernels',
      });
    const onThis = (key: string, excess: number): string[] => [
      ...bless(root, (b) => [targetOf(b, 'parity', key, parity(excess))]).moved,
    ];
    expect(onThis('r/ort@x64-amx', 0.9)).toEqual([]);
    bless(root, (b) => [targetOf(b, 'parity', 's/ort@x64-avx2', parity(0.001))]);
    expect(onThis('s/ort@x64-amx', 0.001)).toEqual([]);
    expect(onThis('s/ort@x64-amx', 0.9)).toEqual([expect.stringContaining('m parity s/ort@x64-amx: new -> ')]);
  });

  test('a case that is alive keeps its values of other instruction-set classes', () => {
    const root = newRoot();
    bless(root, (b) => [
      targetOf(b, 'parity', 'q/ort@x64-avx2', parity(0.1)),
      targetOf(b, 'parity', 'q/ort@x64-avx512', parity(0.2)),
    ]);
    expect(bless(root, () => [], { planned: planned(['parity', 'q/ort@x64-amx']) }).files).toEqual([]);
    expect(bless(root, () => [], { planned: planned(['parity', 'r/ort@x64-avx2']) }).moved).toHaveLength(2);
  });

  test("another machine's values are left alone", () => {
    const root = blessed();
    const other = machineOf('Other CPU');
    bless(root, (b) => usual(b), { machine: other });
    bless(root, () => [], { planned: [], machine: other });
    expect(Object.keys(treeOf(root))).toEqual(
      [
        `${here}/m.json`,
        `${here}/machine.json`,
        `baselines/machines/${other.fingerprint}/machine.json`,
      ].sort(),
    );
  });
});

test('the same value handed in twice is told once', () => {
  const root = newRoot();
  const plan = bless(root, (b) => [...usual(b), ...usual(b)]);
  expect(plan.moved).toHaveLength(3);
  expect(plan.files).toHaveLength(3);
});
