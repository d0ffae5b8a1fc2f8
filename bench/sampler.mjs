/** Does onpar's sampler distort a call? Its recorded p50 on a 16-unit Gemm against a bare timed loop in a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate, median, ratios } from './lib/figures.mjs';
import { gemmModel } from './lib/onnx.mjs';
import { built, needBuild, peer, root, timeProcess } from './lib/onpar.mjs';
import { benchmark, pairedRow, seconds } from './lib/report.mjs';

const units = 16;
const warmup = 2_000;
const calls = 20_000;

needBuild();
await benchmark('Sampler: p50 of a call, onpar against a bare loop', 15, async ({ pairs }) => {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-bench-'));
  const path = join(folder, 'gemm.onnx');
  writeFileSync(path, gemmModel(units));
  try {
    const { ours, theirs } = await alternate(
      pairs,
      () => onpar(path),
      () => bare(path),
    );
    const p50 = [ours, theirs].map((arm) => arm.map((each) => each.p50));
    const wall = [ours, theirs].map((arm) => median(arm.map((each) => each.wall)));
    const row = pairedRow(`p50 of a ${units}-unit Gemm`, 'a bare loop', {
      relation: ratios(...p50),
      unit: 'x',
      target: 1.05,
      ours: p50[0],
      theirs: p50[1],
    });
    const detail = `${row.detail}; wall per call ${seconds(wall[0])} against ${seconds(wall[1])}; null call ${seconds(median(ours.map((each) => each.overhead)))}`;
    return { rows: [{ ...row, detail }] };
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A fresh process each time, as a bare loop has: placement in memory differs from process to process and moves the p50. */
async function onpar(path) {
  const [{ findBackend }, { Worker }] = await Promise.all([built('backends/registry.js'), built('workers/worker.js')]);
  const worker = new Worker(await findBackend('ort-node/cpu'), {
    root,
    threads: 1,
    core: null,
    deadline: 60,
  });
  try {
    await worker.open(path);
    const feeds = { x: { dtype: 'float32', dims: [1, units], data: new Float32Array(units).fill(0.5) } };
    const { samples, wallPerCall, overhead } = await worker.sample(feeds, warmup, calls);
    return { p50: samples[samples.length >> 1], wall: wallPerCall, overhead };
  } finally {
    await worker.close();
  }
}

function bare(path) {
  return JSON.parse(timeProcess(process.execPath, [peer('timed-calls.cjs'), path, `${warmup}`, `${calls}`]).stdout);
}
