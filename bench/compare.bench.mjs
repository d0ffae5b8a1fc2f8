/**
 * How fast is a comparison? GB/s (bytes of both arrays) of compareTensors over 16 Mi float32, beside numpy.testing.assert_allclose
 * and torch.testing.assert_close in the same run, alternated, on the same numbers; and the time of explain over 10 M elements.
 * Needs dist (`node ci/build.mjs`; ONPAR_DIST names another); the peers need a Python with numpy: ONPAR_PYTHON, else python3.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const repeats = Number(process.env.ONPAR_BENCH_REPEATS ?? 9);
const count = 16 * 2 ** 20;
const explained = 10_000_000;
const dist = resolve(process.env.ONPAR_DIST ?? join(import.meta.dirname, '../dist'));
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { compareTensors, isMatch } = await load('compare/tensors.js');
const { explain } = await load('compare/explain.js');
const { toleranceFor } = await load('compare/tolerance.js');
const { writeNpz } = await load('tensor/npz.js');

const float32 = toleranceFor('float32');
const { actual, expected } = drawn();
async function main() {
  console.log(
    `Node ${process.versions.node}, ${repeats} alternated repeats, ${count} float32, ${(8 * count) / 1e6} MB read`,
  );
  beMegamorphic();
  const peers = await startPeers();
  const times = new Map([['onpar compareTensors', []], ...peers.names.map((name) => [name, []])]);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    times.get('onpar compareTensors').push(timeOfCompare());
    for (const name of peers.names) times.get(name).push(await peers.time(name));
  }
  peers.close();
  const own = median(times.get('onpar compareTensors'));
  for (const [name, seconds] of times) {
    const ratio = name.startsWith('onpar') ? '' : `   onpar is ${(median(seconds) / own).toFixed(2)}x as fast`;
    console.log(`${name.padEnd(30)} ${rate(median(seconds))} GB/s median, ${rate(Math.min(...seconds))} best${ratio}`);
  }
  for (const absent of peers.absent) console.log(`${absent.padEnd(30)} absent: not measured`);
  const failing = {
    ...first(actual),
    data: first(actual).data.map((value, i) => value * (1 + 1e-4 * ((i % 97) / 97))),
  };
  const seconds = Array.from({ length: 5 }, () => timed(() => explain(failing, first(expected), { top: 5 })));
  console.log(
    `onpar explain, 10 M elements   ${median(seconds).toFixed(3)} s median, ${Math.max(...seconds).toFixed(3)} s worst`,
  );
}

const first = (tensor) => ({ ...tensor, dims: [explained], data: tensor.data.subarray(0, explained) });

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
async function startPeers() {
  const python = process.env.ONPAR_PYTHON ?? 'python3';
  const has = (name) => spawnSync(python, ['-c', `import ${name}`]).status === 0;
  const all = { 'numpy.testing.assert_allclose': 'numpy', 'torch.testing.assert_close': 'torch' };
  const names = has('numpy') ? Object.keys(all).filter((name) => has(all[name])) : [];
  const absent = Object.keys(all).filter((name) => !names.includes(name));
  if (names.length === 0) return { names, absent, time: () => NaN, close: () => {} };
  const file = join(folder, 'arrays.npz');
  writeFileSync(file, writeNpz({ actual, expected }));
  const child = spawn(python, ['-c', peerScript, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended early`);
    return value;
  };
  console.log(await answer());
  const time = async (name) => {
    child.stdin.write(`${name}\n`);
    return Number(await answer());
  };
  return { names, absent, time, close: () => child.stdin.end() };
}

const peerScript = `
import sys, time, numpy
arrays = numpy.load(sys.argv[1])
a, e = arrays["actual"], arrays["expected"]
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

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const rate = (seconds) => ((8 * count) / seconds / 1e9).toFixed(2);

const folder = mkdtempSync(join(tmpdir(), 'onpar-bench-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true });
}
