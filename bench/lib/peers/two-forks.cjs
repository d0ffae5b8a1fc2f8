/** node two-forks.cjs MODEL BATCH: two forked processes side by side run the model, the parent compares: isolation, bare. */
const { fork } = require('node:child_process');
const feedsFor = require('./feeds.cjs');
const options = require('./options.cjs');

const [path, batch] = [process.argv[2], Number(process.argv[3])];

async function child() {
  const ort = require('onnxruntime-node');
  const session = await ort.InferenceSession.create(path, options);
  const { name, shape } = session.inputMetadata[0];
  process.send({ name, dims: feedsFor(ort, session, batch)[name].dims, shape });
  process.once('message', async ({ data, dims }) => {
    const outputs = await session.run({ [name]: new ort.Tensor('float32', data, dims) });
    process.send(Object.values(outputs).map((output) => output.data));
  });
}

const reply = (worker) => new Promise((resolve) => worker.once('message', resolve));

async function parent() {
  const workers = [0, 1].map(() => fork(__filename, [path, batch, 'child'], { serialization: 'advanced' }));
  const [{ dims }] = await Promise.all(workers.map(reply));
  const data = new Float32Array(dims.reduce((product, axis) => product * axis, 1)).map(Math.random);
  for (const worker of workers) worker.send({ data, dims });
  const [expected, actual] = await Promise.all(workers.map(reply));
  let greatest = 0;
  expected.forEach((output, index) =>
    output.forEach((value, at) => (greatest = Math.max(greatest, Math.abs(value - actual[index][at])))),
  );
  for (const worker of workers) worker.kill('SIGKILL');
  process.stdout.write(`greatest difference ${greatest}\n`);
  if (!(greatest < 1e-3)) process.exitCode = 1;
}

void (process.argv[4] === 'child' ? child() : parent());
