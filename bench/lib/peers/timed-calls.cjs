/** node timed-calls.cjs MODEL WARMUP CALLS: a bare loop, every call timed; prints p50 and wall time per call, seconds. */
const ort = require('onnxruntime-node');
const feedsFor = require('./feeds.cjs');
const options = require('./options.cjs');

const [path, warmup, calls] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

async function main() {
  const session = await ort.InferenceSession.create(path, options);
  const feeds = feedsFor(ort, session, 1);
  for (let index = 0; index < warmup; index += 1) await session.run(feeds);
  const samples = new Float64Array(calls);
  const begin = process.hrtime.bigint();
  for (let index = 0; index < calls; index += 1) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    samples[index] = Number(process.hrtime.bigint() - start) / 1e9;
  }
  const wall = Number(process.hrtime.bigint() - begin) / 1e9 / calls;
  console.log(JSON.stringify({ p50: samples.sort()[calls >> 1], wall }));
}

void main();
