import { afterAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { findBackend } from '../../../src/backends/registry.ts';
import { Broker } from '../../../src/broker/broker.ts';
import type { Failure, Measured } from '../../../src/broker/measurement.ts';
import type { Case } from '../../../src/cases/case.ts';
import { readProject } from '../../../src/cases/project.ts';
import type { Project } from '../../../src/cases/project.ts';
import { retypeOnnx } from '../../../src/models/recipe/retype.ts';
import { writeNpz } from '../support/npz.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { faulty } from '../support/faulty.ts';
import {
  bytes,
  floats,
  identityModel,
  int,
  linearModel,
  message,
  modelOf,
  node,
  unknownOperatorModel,
  valueInfo,
} from '../support/onnx.ts';
import { newProject, referenceInputs, weights } from '../support/project.ts';
import type { Json } from '../support/project.ts';

const project = newProject();
afterAll(() => project.remove());
const [ortNode, ortWeb] = await Promise.all([findBackend('ort-node/cpu'), findBackend('ort-web/wasm')]);

const folder = 'fixtures/models/linear';
const onnx = (name: string, content: Uint8Array, precision = 'float32'): Json => ({
  format: 'onnx',
  precision,
  files: [project.put(`${folder}/${name}`, content)],
});
const linear = linearModel(4, 3, weights);
const artifacts = {
  float32: onnx('model.onnx', linear),
  int8: onnx('int8.onnx', linear, 'int8'),
  half: onnx('half.onnx', retypeOnnx(linear, 'float16'), 'float16'),
  'half-as-float32': onnx('half-as-float32.onnx', retypeOnnx(linear, 'float16')),
  'half-of-another': onnx(
    'half-of-another.onnx',
    retypeOnnx(
      linearModel(
        4,
        3,
        weights.map((weight) => weight * 1.01),
      ),
      'float16',
    ),
    'float16',
  ),
  wrong: onnx('wrong.onnx', identityModel('float32', ['batch', 4])),
  constant: onnx(
    'constant.onnx',
    linearModel(
      4,
      3,
      weights.map(() => 0),
    ),
  ),
  refused: onnx('refused.onnx', unknownOperatorModel()),
  // Its first axis is not the batch.
  turned: onnx(
    'turned.onnx',
    modelOf({
      nodes: [node('Transpose', ['x'], ['y'])],
      inputs: [valueInfo('x', 'float32', ['batch', 4])],
      outputs: [valueInfo('y', 'float32', [4, 'batch'])],
    }),
  ),
  // It keeps the columns that are above zero, which are others in every row.
  ragged: onnx(
    'ragged.onnx',
    modelOf({
      nodes: [
        node('Greater', ['x', 'zero'], ['above']),
        node('Squeeze', ['above'], ['kept']),
        node('Compress', ['x', 'kept'], ['y'], message(bytes(1, 'axis'), int(3, 1), int(20, 2))),
      ],
      initializers: [floats('zero', [1], [0])],
      inputs: [valueInfo('x', 'float32', ['batch', 4])],
      outputs: [valueInfo('y', 'float32', ['batch', 'columns'])],
    }),
  ),
  gone: { ...onnx('gone.onnx', linear), files: [{ path: 'nowhere.onnx', sha256: '0'.repeat(64), bytes: 1 }] },
};

/** The linear model on these backends; every worker ends with the body. */
async function withBroker<T>(
  backends: readonly Backend[],
  body: (broker: Broker) => Promise<T>,
  { deadline = 60, parts = {} }: { deadline?: number; parts?: Json } = {},
): Promise<T> {
  project.card('linear', { artifacts, ...parts });
  const read: Project = { ...(await readProject(project.root, {})), backends };
  const broker = new Broker(read, { deadline, processes: 2, patience: Infinity, budget: 0.01 });
  try {
    return await body(broker);
  } finally {
    await broker.close();
  }
}

const subject = (artifact = 'float32', backend: string | null = 'ort-node/cpu'): Case => ({
  metric: 'parity',
  model: 'linear',
  artifact,
  backend,
  batch: null,
  threads: 1,
  images: null,
});

const valueOf = <T>(measured: Measured<T>): T => {
  if (!measured.ok) throw new Error(measured.failure.reason);
  return measured.value;
};

const failureOf = (measured: Measured<unknown>): Failure => {
  if (measured.ok) throw new Error('it was measured');
  return measured.failure;
};

describe('a visit', () => {
  test('opens in the worker that the probe has started, and the next one in a fresh one', () => {
    let started = 0;
    const counted: Backend = { ...ortNode, env: (threads) => ((started += 1), ortNode.env(threads)) };
    return withBroker([counted], async (broker) => {
      await broker.availability(counted);
      await broker.answers(subject());
      expect(started).toBe(1);
      await broker.answers(subject('int8'));
      expect(started).toBe(2);
    });
  });

  test.each([
    ['counts the decisions that change', {}, { count: 0, n: 8 }],
    ['counts none of weights that were drawn', { weights: 'seeded' }, null],
  ])('%s', (_, parts, flips) =>
    withBroker(
      [ortNode],
      async (broker) => {
        const { batches } = valueOf(await broker.answers(subject()));
        expect(batches[0]?.relations[0]?.comparison.flips).toEqual(flips);
      },
      { parts },
    ),
  );

  test('of a float16 artifact allows its rounding, and no more', () =>
    withBroker([ortNode], async (broker) => {
      const excess = async (artifact: string): Promise<number> =>
        valueOf(await broker.answers(subject(artifact))).batches[0]?.relations[0]?.comparison.excess ?? NaN;
      expect(await excess('float32')).toBeLessThan(1);
      expect(await excess('half')).toBeLessThan(1);
      expect(await excess('half-as-float32')).toBeGreaterThan(1);
      expect(await excess('half-of-another')).toBeGreaterThan(1);
    }));

  test('compares every batch size with the reference, and is made once', () =>
    withBroker([ortNode], async (broker) => {
      expect(broker.known('answers', subject())).toBeUndefined();
      const measured = await broker.answers(subject());
      const { batches, peakBytes } = valueOf(measured);
      expect(batches.map(({ batch, rows }) => [batch, rows])).toEqual([
        [1, 8],
        [4, 8],
      ]);
      for (const { relations } of batches) {
        expect(relations.map(({ against }) => against)).toEqual(['float64 of the spec']);
        expect(relations[0]?.comparison.excess).toBeLessThan(1);
        expect(relations[0]?.comparison.vacuous).toBeNull();
      }
      expect(peakBytes).toBeGreaterThan(2 ** 24);
      expect(await broker.answers(subject())).toBe(measured);
      expect(broker.known('answers', subject())).toBe(measured);
    }));

  test('does not match where a model is wrong, or ignores its input', () =>
    withBroker([ortNode], async (broker) => {
      const [wrong] = valueOf(await broker.answers(subject('wrong'))).batches;
      expect(wrong?.relations[0]?.comparison).toMatchObject({
        excess: Infinity,
        outputs: [{ structure: expect.stringContaining('4') }],
      });
      const [constant] = valueOf(await broker.answers(subject('constant'))).batches;
      expect(constant?.relations[0]?.comparison.excess).toBeGreaterThan(1);
    }));

  test('is vacuous where the reference itself ignores its input', async () => {
    const ones = tensor('float64', [8, 3], new Float64Array(24).fill(1));
    const file = project.put(`${folder}/ones.npz`, writeNpz({ x: referenceInputs, y: ones }));
    const visit = await withBroker([ortNode], (broker) => broker.answers(subject()), {
      parts: { reference: { source: 'ones', file } },
    });
    expect(valueOf(visit).batches[0]?.relations[0]?.comparison.vacuous).toContain('y: all 24 expected elements are 1');
  });

  test('of a quantized artifact is also held against the first backend that is here', () =>
    withBroker([ortNode, ortWeb], async (broker) => {
      const [batch] = valueOf(await broker.answers(subject('int8', 'ort-web/wasm'))).batches;
      expect(batch?.relations.map(({ against }) => against)).toEqual(['float64 of the spec', 'ort-node/cpu']);
    }));

  test('is held against the rows that the anchor has answered, where those are fewer', () =>
    withBroker([{ ...ortNode, limits: { ...ortNode.limits, referenceRows: 2 } }, ortWeb], async (broker) => {
      const [batch] = valueOf(await broker.answers(subject('int8', 'ort-web/wasm'))).batches;
      expect(batch?.relations.map(({ comparison }) => comparison.outputs[0]?.dims)).toEqual([
        [8, 3],
        [2, 3],
      ]);
    }));
});

describe('what goes wrong costs its case', () => {
  test('an unavailable backend says so with its reason and the way to bring it, and can be demanded by name', () =>
    withBroker([{ ...ortNode, packages: ['onpar-no-such-package'] }], async (broker) => {
      for (const measured of [await broker.answers(subject()), await broker.latency(subject())]) {
        expect(failureOf(measured)).toEqual({
          kind: 'unavailable',
          missing: 'ort-node/cpu',
          reason: `package onpar-no-such-package is not installed; ${ortNode.bring}`,
        });
      }
      expect(valueOf(await broker.files(subject('float32', null)))).toBe(linear.byteLength);
    }));

  test('a backend that crashes while it runs costs its own cases, and not those of the backend beside it', () =>
    withBroker([faulty(ortNode, 'SIGSEGV@run'), ortWeb], async (broker) => {
      const [crashed, anchor, other, quantized] = await Promise.all([
        broker.answers(subject()),
        broker.answers(subject('int8')),
        broker.answers(subject('float32', 'ort-web/wasm')),
        broker.answers(subject('int8', 'ort-web/wasm')),
      ]);
      for (const measured of [crashed, anchor])
        expect(failureOf(measured)).toEqual({
          kind: 'crashed',
          missing: null,
          reason: 'the worker was killed by SIGSEGV',
        });
      expect(valueOf(other).batches[0]?.relations[0]?.comparison.excess).toBeLessThan(1);
      expect(valueOf(quantized).batches[0]?.relations.map(({ against }) => against)).toEqual(['float64 of the spec']);
    }));

  test('a backend that crashes while it loads is no backend that is not here: each of its cases has crashed, no other has', () =>
    withBroker([faulty(ortNode, 'SIGSEGV@hello'), ortWeb], async (broker) => {
      for (const measured of [await broker.answers(subject()), await broker.latency(subject('int8'))]) {
        expect(failureOf(measured)).toEqual({
          kind: 'crashed',
          missing: null,
          reason: 'the runtime did not load: the worker was killed by SIGSEGV',
        });
      }
      const [batch] = valueOf(await broker.answers(subject('int8', 'ort-web/wasm'))).batches;
      expect(batch?.relations.map(({ against }) => against)).toEqual(['float64 of the spec']);
    }));

  test('a backend that hangs while it loads has timed out in each of its cases', () =>
    withBroker(
      [faulty(ortNode, 'sleeps@hello')],
      async (broker) => {
        for (const measured of [await broker.answers(subject()), await broker.latency(subject('int8'))])
          expect(failureOf(measured)).toMatchObject({ kind: 'timed-out', reason: expect.stringContaining('hello') });
      },
      { deadline: 1 },
    ));

  test('a backend that hangs while it opens has timed out', () =>
    withBroker(
      [faulty(ortNode, 'sleeps@open')],
      async (broker) => {
        const failure = failureOf(await broker.answers(subject()));
        expect(failure).toMatchObject({
          kind: 'timed-out',
          reason: expect.stringContaining('open did not return within 3 s'),
        });
      },
      { deadline: 3 },
    ));

  test('a model that the runtime refuses, and a file that is not there, are refused and named; the good artifact beside them is measured', () =>
    withBroker([ortNode], async (broker) => {
      expect(failureOf(await broker.answers(subject('refused')))).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('NoSuchOperator'),
      });
      for (const measured of [
        await broker.answers(subject('gone')),
        await broker.files(subject('gone', null)),
        await broker.latency(subject('gone')),
      ]) {
        expect(failureOf(measured)).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('nowhere.onnx: does not exist'),
        });
      }
      expect(broker.known('answers', subject('refused'))).toMatchObject({ ok: false });
      expect(valueOf(await broker.answers(subject())).batches).toHaveLength(2);
    }));

  test.each([
    ['whose first axis is not the batch', 'turned', 'output y is float32 [4, 1] for 1 row'],
    ['that differ from call to call', 'ragged', /^output y is float32 \[1, \d\] after float32 \[1, \d\]/],
  ])('outputs %s are refused, and named', (_, artifact, reason) =>
    withBroker([ortNode], async (broker) => {
      const failure = failureOf(await broker.answers(subject(artifact)));
      expect(failure.kind).toBe('refused');
      if (typeof reason === 'string') expect(failure.reason).toContain(reason);
      else expect(failure.reason).toMatch(reason);
    }),
  );

  test('a card without a reference has no parity, and says what it needs', async () => {
    const measured = await withBroker([ortNode], (broker) => broker.answers(subject()), {
      parts: { reference: undefined },
    });
    expect(failureOf(measured)).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('no reference') });
  });
});

describe('accuracy', () => {
  const card = (location: string): Json => ({
    id: 'tiny',
    name: 'Tiny',
    licence: 'MIT',
    source: { home: 'https://example.org' },
    location,
    layout: 'idx',
    dims: [4, 1, 1],
    count: 6,
    classes: ['a', 'b', 'c'],
    files: [
      { role: 'images', ...project.put('fixtures/datasets/tiny/images', 'no images') },
      { role: 'labels', ...project.put('fixtures/datasets/tiny/labels', 'no labels') },
    ],
  });

  test('of a data set that is not here is unavailable, by the name that ONPAR_REQUIRE can demand', async () => {
    project.dataset('tiny', card('ONPAR_DATA'));
    const measured = await withBroker(
      [ortNode],
      (broker) => broker.accuracy({ ...subject(), metric: 'accuracy', images: 6 }),
      { parts: { dataset: 'tiny' } },
    );
    expect(failureOf(measured)).toMatchObject({
      kind: 'unavailable',
      missing: 'tiny',
      reason: expect.stringContaining('ONPAR_DATA is not set'),
    });
  });

  test('of a data set whose files are wrong is refused, and parity is not', async () => {
    project.dataset('tiny', card('here'));
    await withBroker(
      [ortNode],
      async (broker) => {
        expect(failureOf(await broker.accuracy({ ...subject(), images: 6 }))).toMatchObject({
          kind: 'refused',
          reason: expect.stringContaining('data set tiny'),
        });
        expect(valueOf(await broker.answers(subject())).batches).toHaveLength(2);
      },
      { parts: { dataset: 'tiny' } },
    );
  });
});

test('latency takes fresh processes, each with load, first and one value a batch size', () =>
  withBroker([ortNode], async (broker) => {
    const { load, first, batches } = valueOf(await broker.latency(subject(), [1, 4]));
    expect([load.length, first.length]).toEqual([2, 2]);
    expect(batches.map(({ batch, steady }) => [batch, steady.length])).toEqual([
      [1, 2],
      [4, 2],
    ]);
    for (const seconds of [...load, ...first, ...batches.flatMap(({ steady }) => steady)])
      expect(seconds).toBeGreaterThan(0);
  }));

test('latency of more batch sizes answers for fewer of them, never the other way', () =>
  withBroker([ortNode], async (broker) => {
    const narrow = valueOf(await broker.latency(subject()));
    const wide = valueOf(await broker.latency(subject(), [1, 4]));
    expect([narrow, wide].map(({ batches }) => batches.map(({ batch }) => batch))).toEqual([[1], [1, 4]]);
    expect(valueOf(await broker.latency(subject(), [4]))).toBe(wide);
    expect(valueOf(await broker.latency(subject()))).toBe(wide);
  }));
