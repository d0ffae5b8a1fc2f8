/** How fast do tensors travel to torch and back? Modules that compute nothing take a large tensor, or give one; the whole call is timed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needBuild, root } from './lib/onpar.mjs';
import { benchmark } from './lib/report.mjs';

needBuild();
const { Worker } = await import('../dist/workers/worker.js');
const { findBackend } = await import('../dist/backends/registry.js');

const count = 2 ** 26;
const bytes = count * 4;
const feed = (length) => ({ x: { dtype: 'float32', dims: [length], data: new Float32Array(length).fill(0.5) } });
const directions = [
  { what: 'to torch', result: 'x[:1]', feeds: feed(count) },
  { what: 'from torch', result: 'self.large', feeds: feed(1) },
];

const architecture = (result) => `import torch

WEIGHTS = "none.safetensors"

class Module(torch.nn.Module):
    large = torch.ones(${count})

    def forward(self, x):
        return ${result}

build = Module
`;

await benchmark('Transport: tensors between Node and the Python worker', 7, async ({ pairs }, log) => {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-transport-'));
  // No tensors: a header that is an empty object.
  writeFileSync(join(folder, 'none.safetensors'), Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('{}')]));
  const backend = await findBackend('torch/eager');
  const worker = new Worker(backend, { root, threads: 1, core: null, deadline: 120 });
  const rowOf = async ({ what, result, feeds }) => {
    log(what);
    const path = join(folder, 'network.py');
    writeFileSync(path, architecture(result));
    await worker.open(path);
    let least = Infinity;
    for (let turn = 0; turn < pairs; turn += 1) {
      const start = performance.now();
      await worker.run(feeds);
      least = Math.min(least, (performance.now() - start) / 1e3);
    }
    const perGigabyte = (least / bytes) * 1e9;
    const detail = `${(1 / perGigabyte).toFixed(2)} GB/s, least of ${pairs} calls with ${bytes / 2 ** 20} MiB`;
    return { what: `a gigabyte ${what}`, against: 'the limit', value: perGigabyte, target: 1, unit: 's', detail };
  };
  try {
    await worker.hello();
    return { rows: [await rowOf(directions[0]), await rowOf(directions[1])] };
  } catch (error) {
    return { rows: [], missing: [{ what: error.message, bring: backend.bring }] };
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true });
  }
});
