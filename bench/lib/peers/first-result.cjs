/** node first-result.cjs MODEL: loads the runtime, opens, runs once, says so. */
const ort = require('onnxruntime-node');
const feedsFor = require('./feeds.cjs');
const options = require('./options.cjs');

async function main() {
  const session = await ort.InferenceSession.create(process.argv[2], options);
  await session.run(feedsFor(ort, session, 1));
  process.stdout.write('ran\n');
}

void main();
