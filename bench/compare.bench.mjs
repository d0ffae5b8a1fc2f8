/**
 * How fast is a comparison? compareTensors over 16 Mi float32 beside numpy.testing.assert_allclose and torch.testing.assert_close,
 * alternated, on the same numbers; and explain over 10 M elements. The peers need a Python with them: ONPAR_PYTHON, else python3.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { alternate, median, ratios } from './lib/figures.mjs';
import { built, needBuild } from './lib/onpar.mjs';
import { benchmark, pairedRow, seconds } from './lib/report.mjs';

needBuild();
const count = 16 * 2 ** 20;
const explained = 10_000_000;
const what = 'compareTensors, 16 Mi float32';
const [{ compareTensors, isMatch }, { explain }, { toleranceFor }, { pythonOf }] = await Promise.all(
  ['compare/tensors.js', 'compare/explain.js', 'compare/tolerance.js', 'workers/python.js'].map(built),
);
const float32 = toleranceFor('float32');
const { actual, expected } = drawn();
const folder = mkdtempSync(join(tmpdir(), 'onpar-bench-'));

try {
  await benchmark('Comparison of large tensors', 9, async ({ pairs }, log) => {
    beMegamorphic();
    const peers = await startPeers(log);
    const rows = [];
    for (const name of peers.names) {
      log(name);
      const { ours, theirs } = await alternate(pairs, timeOfCompare, () => peers.time(name));
      rows.push(pairedRow(what, name, { relation: ratios(ours, theirs), unit: 'x', target: 1, ours, theirs }));
    }
    peers.close();
    log('alone');
    return { rows: [...rows, ownRow(pairs), explainRow()], missing: peers.missing };
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** Without a target: what memory allows differs from machine to machine. */
function ownRow(pairs) {
  const times = Array.from({ length: pairs }, timeOfCompare);
  return {
    what,
    against: 'nothing',
    value: median(times),
    target: null,
    unit: 's',
    detail: `median ${rate(median(times))}, best ${rate(Math.min(...times))} of both arrays`,
  };
}

function rate(time) {
  return `${((8 * count) / time / 1e9).toFixed(2)} GB/s`;
}

function explainRow() {
  const reference = first(expected);
  const failing = { ...reference, data: first(actual).data.map((value, i) => value * (1 + 1e-4 * ((i % 97) / 97))) };
  const times = Array.from({ length: 5 }, () => timed(() => explain(failing, reference, { top: 5 })));
  return {
    what: 'explain, 10 M elements',
    against: 'nothing',
    value: median(times),
    target: null,
    unit: 's',
    detail: `worst ${seconds(Math.max(...times))}`,
  };
}

function first(tensor) {
  return { ...tensor, dims: [explained], data: tensor.data.subarray(0, explained) };
}

/** Normal numbers of rms 2, so that the tolerance does depend on it, off by a rounding error. */
function drawn() {
  let state = 1;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const reference = new Float32Array(count);
  for (let i = 0; i < count; i += 1) reference[i] = 4 * (uniform() + uniform() + uniform() - 1.5);
  const data = reference.map((value) => value * (1 + 2e-7 * (uniform() - 0.5)));
  const tensorOf = (values) => ({ dtype: 'float32', dims: [count], data: values });
  return { actual: tensorOf(data), expected: tensorOf(reference) };
}

/** What a long-lived process has behind it: comparisons of every dtype. */
function beMegamorphic() {
  const stores = {
    float64: Float64Array,
    float16: Uint16Array,
    int64: BigInt64Array,
    int32: Int32Array,
    uint8: Uint8Array,
  };
  for (const [dtype, Store] of Object.entries(stores)) {
    const tensor = { dtype, dims: [100_000], data: new Store(100_000) };
    for (let i = 0; i < 20; i += 1) compareTensors(tensor, tensor, toleranceFor(dtype), dtype);
  }
}

function timeOfCompare() {
  return timed(() => {
    if (!isMatch(compareTensors(actual, expected, float32, 'output')))
      throw new Error('the benchmark compares a mismatch');
  });
}

function timed(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1e3;
}

/** One Python process that keeps the same arrays and times one call whenever it is asked. */
async function startPeers(log) {
  const python = pythonOf(process.env);
  const has = (name) => spawnSync(python, ['-c', `import ${name}`]).status === 0;
  const all = { 'numpy.testing.assert_allclose': 'numpy', 'torch.testing.assert_close': 'torch' };
  const names = has('numpy') ? Object.keys(all).filter((name) => has(all[name])) : [];
  const missing = Object.keys(all)
    .filter((name) => !names.includes(name))
    .map((name) => ({ what: `${what} against ${name}`, bring: 'npm run provision -- torch' }));
  if (names.length === 0) return { names, missing, close: () => {} };
  const files = [actual, expected].map(({ data }, index) => {
    const file = join(folder, `${index}.float32`);
    writeFileSync(file, data);
    return file;
  });
  const child = spawn(python, ['-c', peerScript(), ...files], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended early`);
    return value;
  };
  log(await answer());
  const time = async (name) => {
    child.stdin.write(`${name}\n`);
    return Number(await answer());
  };
  return { names, missing, time, close: () => child.stdin.end() };
}

function peerScript() {
  return `
import sys, time, numpy
a, e = (numpy.fromfile(file, numpy.float32) for file in sys.argv[1:])
print("Python", sys.version.split()[0], "numpy", numpy.__version__, flush=True)
for line in sys.stdin:
    if line.startswith("torch"):
        import torch
        torch.set_num_threads(1)
        x, y = torch.from_numpy(a), torch.from_numpy(e)
        start = time.perf_counter()
        torch.testing.assert_close(x, y)
    else:
        start = time.perf_counter()
        numpy.testing.assert_allclose(a, e, rtol=1.3e-6, atol=1e-5)
    print(time.perf_counter() - start, flush=True)
`;
}
