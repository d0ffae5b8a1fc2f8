/** node two-runtimes.cjs MODEL BATCH: onnxruntime-node and onnxruntime-web in one process, run and compared, no isolation. */
const { readFileSync } = require('node:fs');
const native = require('onnxruntime-node');
const wasm = require('onnxruntime-web');
const feedsFor = require('./feeds.cjs');
const options = require('./options.cjs');

async function main() {
  const [path, batch] = [process.argv[2], Number(process.argv[3])];
  wasm.env.wasm.numThreads = 1;
  const [first, second] = await Promise.all([
    native.InferenceSession.create(path, options),
    wasm.InferenceSession.create(readFileSync(path), { executionProviders: ['wasm'], logSeverityLevel: 3 }),
  ]);
  const feeds = feedsFor(native, first, batch);
  const same = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new wasm.Tensor(type, data, dims)]),
  );
  const expected = await first.run(feeds);
  const actual = await second.run(same);
  let greatest = 0;
  for (const [name, { data }] of Object.entries(expected)) {
    for (let index = 0; index < data.length; index += 1)
      greatest = Math.max(greatest, Math.abs(data[index] - actual[name].data[index]));
  }
  process.stdout.write(`greatest difference ${greatest}\n`);
  if (!(greatest < 1e-3)) process.exitCode = 1;
}

void main();
