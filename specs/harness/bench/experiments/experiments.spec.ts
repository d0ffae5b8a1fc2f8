/** What can be run, our table, the claims held against it, and the pages. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sizesOf } from '../../../../src/sweep/sizes.ts';
import { bench } from '../../support/bench.ts';
import { newProject } from '../../support/project.ts';

const { planOf } = await bench('experiments/plan.mjs');
const { oursOf } = await bench('experiments/ours.mjs');
const { commandOf, redOf } = await bench('experiments/measure.mjs');
const { outcomesOf } = await bench('experiments/claims.mjs');
const { page } = await bench('experiments/page.mjs');
const { chartOf } = await bench('experiments/charts.mjs');
const { withTable } = await bench('experiments/readme.mjs');
const { findingsOf } = await bench('experiments/rules/all.mjs');
const { readTable, letters, onlyModels } = await bench('experiments/tables.mjs');

const c = readTable('C');
const whole = {
  models: new Map([['fashion-cnn', ['float32', 'int8-dynamic', 'torch', 'torch-int8']]]),
  backends: ['ort-node/cpu', 'torch/eager', 'torch/script', 'torch/int8'],
};

interface Taken {
  readonly artifact: string;
  readonly backend: string;
  readonly steady?: number | null;
  readonly interval?: readonly [number, number];
  readonly bytes?: number;
  readonly flips?: number;
  readonly correct?: number;
  readonly n?: number;
  readonly parity?: string;
  readonly reason?: string | null;
}

const caseOf = (taken: Taken, batch: number): object => {
  const { artifact, backend, steady = 0.001, interval, bytes = 1_564_402, parity = 'match', reason = null } = taken;
  const { n = 10_000, correct = 9264, flips = 0 } = taken;
  const gone = steady === null;
  const per = Math.sqrt(batch) * batch;
  return {
    id: `fashion-cnn/${artifact}/${backend}/b${batch}/t1`,
    model: 'fashion-cnn',
    artifact,
    precision: artifact.includes('int8') ? 'int8' : 'float32',
    backend,
    batch,
    threads: 1,
    parity: { verdict: parity, reason, maxAbs: 1.4e-6 },
    accuracy: { dataset: 'fashion-mnist', n: gone ? null : n, correct, flips, verdict: 'held', reason: null },
    latency: {
      verdict: gone ? parity : 'steady',
      reason,
      steady: gone ? null : steady * per,
      interval: interval === undefined ? null : { low: interval[0] * per, high: interval[1] * per, level: 0.75 },
      throughput: gone ? null : batch / (steady * per),
      load: gone ? null : 0.1,
      first: gone ? null : 0.01,
      processes: 3,
      samples: [],
      gated: false,
    },
    size: { verdict: 'held', bytes },
    memory: { verdict: 'held', peakBytes: gone ? null : 95e6 },
  };
};

/** A report of some systems, and beside it an advisory row, which is no one's. */
const reportOf = (...systems: Taken[]): any => ({
  onpar: '0.1.0',
  commit: '0123456789ab',
  machine: { cpu: 'A CPU', cores: 2, isa: 'x64-avx2', os: 'linux 6', node: '20.19.0', fingerprint: 'f', pinned: true },
  backends: [],
  models: [{ id: 'fashion-cnn', name: 'Fashion CNN', parameters: 390_858, reference: null, dataset: 'fashion-mnist' }],
  cases: systems.flatMap((taken) => [
    ...[32, 1, 8].map((batch) => caseOf(taken, batch)),
    { ...caseOf({ ...taken, steady: 9 }, 1), threads: 0 },
  ]),
  verdicts: [
    {
      metric: 'parity',
      case: 'fashion-cnn/float32/ort-node/cpu',
      verdict: 'match',
      red: false,
      sentences: ['0.06 of it'],
    },
  ],
  summary: { planned: 1, red: 0, held: 1, notHere: 0, undecided: 0, exitCode: 0, problems: [] },
});

const eager: Taken = { artifact: 'torch', backend: 'torch/eager', steady: 0.002, interval: [0.0019, 0.0021] };
const script: Taken = { artifact: 'torch', backend: 'torch/script', steady: 0.0015, interval: [0.0014, 0.0016] };
const int8: Taken = { artifact: 'torch-int8', backend: 'torch/int8', steady: 0.0005, interval: [0.00049, 0.00051] };
const ort: Taken = { artifact: 'float32', backend: 'ort-node/cpu', interval: [0.00098, 0.00102] };
const ortInt8: Taken = { artifact: 'int8-dynamic', backend: 'ort-node/cpu', steady: 0.0009, bytes: 398_561, flips: 42 };

const oursWith = (...systems: Taken[]): any => oursOf(c, [reportOf(...systems)], []);
const everything = (): any => oursWith(eager, script, int8, ort, ortInt8);
const words = (ours: any, says: string): string[] =>
  c.claims
    .filter((claim: any) => claim.says === says)
    .flatMap((claim: any) => outcomesOf(claim, ours, String).map(({ word }: any) => word));

describe('the plan', () => {
  it('runs every system in one compare an artifact, each backend once', () => {
    expect(planOf(c, whole)).toEqual({
      runs: [
        { target: 'fashion-cnn/torch', backends: ['torch/eager', 'torch/script'] },
        { target: 'fashion-cnn/torch-int8', backends: ['torch/int8'] },
        { target: 'fashion-cnn/float32', backends: ['ort-node/cpu'] },
        { target: 'fashion-cnn/int8-dynamic', backends: ['ort-node/cpu'] },
      ],
      absent: [],
      missing: [],
    });
  });

  it('names what a system lacks: backend, artifact or model', () => {
    const without = planOf(c, { ...whole, backends: ['ort-node/cpu', 'torch/eager'] });
    expect(without.runs[0]).toEqual({ target: 'fashion-cnn/torch', backends: ['torch/eager'] });
    expect(without.absent.map(({ reason }: any) => reason)).toEqual([
      'onpar has no backend torch/script',
      'onpar has no backend torch/int8',
    ]);
    const bare = planOf(c, { ...whole, models: new Map([['fashion-cnn', ['float32']]]) });
    expect(bare.absent.map(({ system }: any) => system)).toEqual(['pytorch', 'script', 'int8', 'onnx-int8']);
    expect(bare.missing).toEqual([]);
    expect(planOf(c, { ...whole, models: new Map() })).toMatchObject({ runs: [], missing: ['fashion-cnn'] });
  });
});

describe('an experiment of some of its models', () => {
  const d = readTable('D');
  const few = onlyModels(d, ['densenet-121', 'efficientnet-b0']);

  it('has their cells and the claims that are tested on them, and says so', () => {
    expect(few.models.map(({ id }: any) => id)).toEqual(['DenseNet-121', 'EfficientNet-B0']);
    expect(new Set(few.rows.map(({ model }: any) => model))).toEqual(new Set(['DenseNet-121', 'EfficientNet-B0']));
    expect(few.claims.map(({ tests }: any) => tests.length)).toEqual([2, 1, 2]);
    expect(few.here.models).toEqual({ 'DenseNet-121': 'densenet-121', 'EfficientNet-B0': 'efficientnet-b0' });
    expect(few.here.note).toContain('Of its models only densenet-121, efficientnet-b0.');
  });

  it('has claims that name the model, where it has several', () => {
    const nothing = oursOf(few, [], planOf(few, { ...whole, models: new Map() }).absent);
    const [smaller] = few.claims;
    expect(outcomesOf(smaller, nothing, String).map(({ why }: any) => why)).toEqual([
      'DenseNet-121: ONNX quantized: no model densenet-121 under fixtures/models',
      'EfficientNet-B0: ONNX quantized: no model efficientnet-b0 under fixtures/models',
    ]);
  });

  it('is the whole one where all are named', () => {
    const all = onlyModels(d, Object.values(d.here.models));
    expect([all.models, all.rows, all.claims]).toEqual([d.models, d.rows, d.claims]);
  });
});

describe('the cards', () => {
  it('have every artifact that D and E run', () => {
    for (const { here } of [readTable('D'), readTable('E')])
      for (const id of Object.values<string>(here.models)) {
        const path = new URL(`../../../../fixtures/models/${id}/model.json`, import.meta.url);
        const { artifacts } = JSON.parse(readFileSync(path, 'utf8'));
        for (const { artifact } of here.systems) expect(artifacts).toHaveProperty([artifact]);
      }
  });
});

describe('a run', () => {
  it('is a command that can be pasted', () => {
    const [run] = planOf(c, whole).runs;
    expect(commandOf(run, [1, 8]).join(' ')).toBe(
      'compare fashion-cnn/torch --backend torch/eager,torch/script --batch 1,8',
    );
  });

  it('is red by its verdicts, not by a backend that is not here', () => {
    const report = reportOf(ort);
    const absent = { ...report, summary: { ...report.summary, exitCode: 1, problems: ['no model was opened'] } };
    expect(redOf([report, absent])).toEqual([]);
    expect(redOf([absent, { verdicts: [{ ...report.verdicts[0], red: true }] }])).toHaveLength(1);
  });
});

describe('our table', () => {
  it('has load, first and steady apart, steady by batch in ascending order, and the usual threads alone', () => {
    const { rows } = oursWith(ort);
    expect(rows.map(({ label }: any) => label)).toEqual([
      'accuracy of 10000',
      'flips of 10000',
      'size',
      'load',
      'first',
      'memory',
      'steady, batch 1',
      'throughput, batch 1',
      'steady, batch 8',
      'throughput, batch 8',
      'steady, batch 32',
      'throughput, batch 32',
    ]);
    expect(rows.find(({ label }: any) => label === 'steady, batch 1').values).toEqual({ onnx: '0.001' });
  });

  it('draws no doubt from the rules, and says what quantizing did not gain', () => {
    expect(findingsOf(oursWith(eager, script, ort, ortInt8))).toEqual([]);
    const slow = findingsOf(oursWith(ort, { ...ortInt8, steady: 0.0011 }));
    expect(slow.map(({ rule, kind }: any) => `${rule} ${kind}`)).toEqual(Array(3).fill('quantized for nothing fact'));
    expect(slow[0].sentence).toContain('0.0011 s against 0.001 s of ONNX Runtime, 1.10x');
  });

  it('gives README a line a model, time and size a system, and nothing of what was not measured', () => {
    const place = 'before\n<!-- written by npm run experiments -- D -->\n\nold\n\n<!-- until here -->\nafter\n';
    const facts = { table: c, ours: oursWith(ort, ortInt8), where: 'a machine, a day' };
    const text = withTable(place, facts);
    expect(text).toMatch(/^before\n<!-- .* -->\n\na machine, a day:\n\n\|[^]*\n\n<!-- until here -->\nafter\n$/);
    expect(text).not.toContain('old');
    expect(text).not.toContain('torch/eager');
    expect(text).toMatch(/\| +`float32` on `ort-node\/cpu` +\| +`int8-dynamic` on `ort-node\/cpu` +\|/);
    expect(text).toMatch(/\| `fashion-cnn` +\| 1\.00 ms, .* MiB +\|/);
    expect(withTable(text, facts)).toBe(text);
    expect(() => withTable('no place', facts)).toThrow('has no place for the table');
  });

  it('keeps accuracies over different numbers of images in different rows', () => {
    const { rows } = oursWith(ort, { ...eager, n: 1000, correct: 926 });
    expect(rows.map(({ label }: any) => label).filter((label: string) => label.startsWith('accuracy'))).toEqual([
      'accuracy of 1000',
      'accuracy of 10000',
    ]);
  });

  it('has a reason where a backend is not here or died', () => {
    const gone = { ...eager, steady: null, parity: 'unavailable', reason: 'no Python was provisioned' };
    expect(oursWith(gone).absent).toEqual([
      { model: 'CIFAR-10 CNN', system: 'pytorch', reason: 'not here: no Python was provisioned' },
    ]);
    const dead = { ...eager, steady: null, parity: 'crashed', reason: 'SIGSEGV' };
    expect(oursWith(dead).absent[0].reason).toBe('crashed: SIGSEGV');
    const report = reportOf({ ...dead, parity: 'match' });
    for (const each of report.cases) each.latency = { ...each.latency, verdict: 'timed-out', reason: 'after 120 s' };
    for (const each of report.cases) each.parity.reason = '0.05 of the tolerance';
    expect(oursOf(c, [report], []).absent[0].reason).toBe('timed-out: after 120 s');
  });
});

describe('a claim', () => {
  it('holds where the whole interval says so', () => {
    expect(words(everything(), 'TorchScript is not slower than eager')).toEqual(['holds', 'holds']);
    expect(words(everything(), 'accuracy identical')).toEqual(['holds']);
    expect(words(everything(), 'INT8 is 4x smaller')).toEqual(['not testable here', 'holds']);
    expect(words(everything(), 'INT8 is three times as fast')).toEqual(['holds', 'does not hold']);
  });

  it('does not hold where the whole interval says the contrary, and is undecided across the limit', () => {
    const slow = { ...script, steady: 0.003, interval: [0.0029, 0.0031] as const };
    expect(words(oursWith(eager, slow), 'TorchScript is not slower than eager')).toEqual([
      'does not hold',
      'does not hold',
    ]);
    const wide = { ...script, steady: 0.002, interval: [0.0014, 0.0031] as const };
    expect(words(oursWith(eager, wide), 'TorchScript is not slower than eager')).toEqual(['undecided', 'undecided']);
  });

  it('of identical accuracy falls with one flip, though the percentages are equal', () => {
    expect(words(oursWith(eager, { ...script, flips: 2 }), 'accuracy identical')).toEqual(['does not hold']);
    expect(words(oursWith({ ...eager, flips: 2 }, { ...script, flips: 2 }), 'accuracy identical')).toEqual([
      'undecided',
    ]);
    expect(words(oursWith(eager, { ...script, n: 1000 }), 'accuracy identical')).toEqual(['not testable here']);
  });

  it('is not testable on what is not here, or answers wrongly', () => {
    expect(words(oursWith(ort), 'TorchScript is not slower than eager')).toEqual([
      'not testable here',
      'not testable here',
    ]);
    const wrong = { ...script, parity: 'mismatch', reason: '640 of 640 elements differ' };
    const [first] = outcomesOf(c.claims[1], oursWith(eager, wrong), String);
    expect(first).toEqual({
      word: 'not testable here',
      why: 'TorchScript: parity mismatch, 640 of 640 elements differ',
    });
  });

  it('is not testable where one batch size alone answers wrongly', () => {
    const report = reportOf(eager, script);
    const wrong = report.cases.find((each: any) => each.backend === 'torch/script' && each.batch === 32);
    wrong.parity = { ...wrong.parity, verdict: 'mismatch', reason: 'row 2 of 32' };
    expect(words(oursOf(c, [report], []), 'accuracy identical')).toEqual(['not testable here']);
  });

  it('about a GPU says where it was looked at', () => {
    const b = readTable('B');
    const ours = { ...everything(), systems: [] as any[] };
    ours.systems = everything().systems.map((system: any) =>
      system.id === 'onnx' ? { ...system, published: 'gpu' } : system,
    );
    const test = { ...b.claims[2].tests[0], model: 'CIFAR-10 CNN' };
    const [outcome] = outcomesOf({ tests: [test] }, ours, String);
    expect(outcome).toMatchObject({ word: 'does not hold', why: expect.stringContaining('(of a gpu; here cpu)') });
  });
});

describe('a table of claims', () => {
  it.each(letters as string[])('%s names systems and quantities that can be looked at', (letter) => {
    const table = readTable(letter);
    const ids = table.here.systems.map(({ id }: any) => id);
    const { batches, sweep, fixed } = table.here;
    const sizes = [...batches, ...(sweep === undefined ? [] : sizesOf([sweep.batches]))];
    for (const claim of table.claims)
      for (const test of claim.tests) {
        for (const id of [test.of, test.over, test.as, test.system].filter(Boolean)) expect(ids).toContain(id);
        if (test.batch !== undefined) expect(sizes).toContain(test.batch);
        if (['exhausted', 'changing'].includes(test.kind)) expect(sweep).toBeDefined();
        if (test.kind === 'fixed') expect(ids).toContain(fixed.system);
      }
    expect(Object.keys(table.here.models)).toEqual(table.models.map(({ id }: any) => id));
  });
});

describe('a page', () => {
  const facts = (ours: any, reports: any[], missing: string[] = []): any => ({
    table: c,
    ours,
    missing,
    commands: reports.map(() => 'compare fashion-cnn --backend ort-node/cpu --batch 1,8,32'),
    reports,
    machine: { loads: [9.4, 0.2], cores: 2, seconds: 61, day: '2026-01-01' },
    chart: chartOf(c, ours),
  });

  it('stands ours beside the published, with every claim, finding, verdict and the environment', () => {
    const report = reportOf(eager, script, int8, ort, ortInt8);
    const text = page(facts(oursOf(c, [report], []), [report]));
    expect(text).toContain(
      '| latency | TorchScript | 2.10 ms | not said | not said | not said | not said | not said | 1.50 ms (steady, batch 1) |',
    );
    // 1 - 0.05^(1/10 000), and 42 beside it; each rounded up.
    expect(text).toMatch(/\| 0 of 10\s000 \(≤ 0\.03 %\) +\|/);
    expect(text).toMatch(/\| 42 of 10\s000 \(≤ 0\.55 %\) +\|/);
    expect(text).toMatch(/\| TorchScript is not slower than eager \|.*\| \*\*holds\*\* \|/);
    expect(text).toContain('**two values**');
    expect(text).toContain('- ✓ parity `fashion-cnn/float32/ort-node/cpu`: match. 0.06 of it');
    expect(text).toContain('9.4 before, 0.2 after, on 2 cores: **the machine was shared**');
    expect(text).toContain('ONPAR_FULL=1 npx onpar compare fashion-cnn --backend ort-node/cpu --batch 1,8,32');
    expect(text).not.toContain('Not run');
  });

  it('without its model says first that nothing was measured', () => {
    const plan = planOf(c, { ...whole, models: new Map() });
    const text = page(facts(oursOf(c, [], plan.absent), [], plan.missing));
    expect(text).toMatch(/^# Experiment C.*\n\n.*\n\n\*\*Not run\.\*\* Missing: model `fashion-cnn`/);
    expect(text.match(/not measured: no model fashion-cnn/g)).toHaveLength(5);
    expect(text).not.toMatch(/\*\*holds\*\*|\*\*does not hold\*\*|## Environment/);
  });

  it('has a chart of its own sizes with every name, else of the published sweep, else none', () => {
    const { svg, says } = chartOf(c, everything());
    expect(says).toContain('measured here');
    for (const name of ['PyTorch eager', 'TorchScript', 'ONNX Runtime, dynamic INT8'])
      expect(svg).toContain(`>${name}</text>`);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const empty = { rows: [], systems: [] };
    expect(chartOf(readTable('E'), empty).says).toContain('as published');
    expect(chartOf(readTable('D'), empty)).toBeNull();
  });

  it('has no line through several models at one batch size, but dots of each', () => {
    const ours = everything();
    const one = ours.rows.filter(({ label }: any) => label === 'steady, batch 1');
    expect(one).toHaveLength(1);
    const table = { ...c, here: { ...c.here, models: { ...c.here.models, another: 'another-one' } } };
    expect(chartOf({ ...table, rows: [] }, { ...ours, rows: one })).toBeNull();
    const rows = [...one, ...one.map((row: any) => ({ ...row, model: 'another' }))];
    const { svg, says } = chartOf({ ...table, rows: [] }, { ...ours, rows });
    expect(says).toBe('Experiment C, measured here: time of a call at batch 1, by model and system');
    expect(svg.match(/>(fashion-cnn|another-one)<\/text>/g)).toHaveLength(2);
    expect(svg.match(/<circle /g)).toHaveLength(2 * Object.keys(one[0].values).length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    // A longer time lies further to the right, inside of the picture.
    const spots = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]: any) => Number(x));
    const times = Object.values<string>(one[0].values).map(Number);
    expect(spots.indexOf(Math.max(...spots))).toBe(times.indexOf(Math.max(...times)));
    expect(Math.max(...spots)).toBeLessThan(Number(/ width="([\d.]+)"/.exec(svg)![1]));
  });
});

describe('npm run experiments', () => {
  let out = '';
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'onpar-experiments-'));
  });
  afterEach(() => {
    rmSync(out, { recursive: true });
  });
  const command = fileURLToPath(new URL('../../../../bench/experiments.mjs', import.meta.url));
  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [command, ...args, '--out', out], { encoding: 'utf8' });

  it('never lets an experiment without its models read as done', () => {
    const project = newProject();
    project.card('linear');
    const { status, stderr } = run('D', 'e', '--project', project.root);
    project.remove();
    expect(status).toBe(2);
    expect(stderr).toContain('experiment D was not run: no model resnet-34');
    expect(stderr).toContain('experiment E was not run: no model efficientnet-b1');
    for (const letter of ['d', 'e']) expect(readFileSync(join(out, `${letter}.md`), 'utf8')).toContain('**Not run.**');
  });

  it('refuses models that an experiment does not have', () => {
    const { status, stderr } = run('D', '--models', 'fashion-cnn');
    expect(status).toBe(2);
    expect(stderr).toContain('experiment D has no model fashion-cnn');
    expect(stderr).toContain('known: resnet-34');
  });

  it('refuses a letter that is none', () => {
    const { status, stderr } = run('F');
    expect(status).toBe(2);
    expect(stderr).toContain('no experiment F');
  });
});
