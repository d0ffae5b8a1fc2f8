/** What does isolation cost? From spawn to the first result of an onpar worker, against a bare process on the same model. */
import { spawn } from 'node:child_process';
import { alternate, differences } from './lib/figures.mjs';
import { benchModel, built, needBuild, peer, root } from './lib/onpar.mjs';
import { benchmark, pairedRow } from './lib/report.mjs';

needBuild();
await benchmark('Worker start: spawn to first result', 15, async ({ pairs }) => {
  const [{ findBackend }, { Worker }] = await Promise.all([built('backends/registry.js'), built('workers/worker.js')]);
  const backend = await findBackend('ort-node/cpu');
  const model = benchModel();
  const onpar = () => firstResult(new Worker(backend, { root, threads: 1, core: null, deadline: 60 }), model.path);
  const { ours, theirs } = await alternate(
    pairs,
    timed(onpar),
    timed(() => bareResult(model.path)),
  );
  const relation = differences(ours, theirs);
  return {
    rows: [
      pairedRow(`worker start on ${model.name}`, 'a bare process', {
        relation,
        unit: 's',
        target: 0.15,
        ours,
        theirs,
      }),
    ],
  };
});

/** Times until the result is there; ending the process comes after the clock has stopped. */
function timed(begin) {
  return async () => {
    const start = process.hrtime.bigint();
    const { result, end } = begin();
    try {
      await result;
      return Number(process.hrtime.bigint() - start) / 1e9;
    } finally {
      await end();
    }
  };
}

function firstResult(worker, path) {
  const result = (async () => {
    const { inputs } = await worker.open(path);
    const { name, dims } = inputs[0];
    const sizes = dims.map((axis) => (typeof axis === 'number' ? axis : 1));
    const data = new Float32Array(sizes.reduce((product, axis) => product * axis, 1)).fill(0.5);
    return worker.run({ [name]: { dtype: 'float32', dims: sizes, data } });
  })();
  return { result, end: () => worker.close() };
}

function bareResult(path) {
  const child = spawn(process.execPath, [peer('first-result.cjs'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const died = exited.then((code) =>
    Promise.reject(new Error(`the bare process ended with ${code} before it had a result`)),
  );
  const result = Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), died]);
  died.catch(() => undefined);
  return { result, end: () => exited };
}
