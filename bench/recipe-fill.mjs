/** How fast are the weights of a big architecture filled, and in how little memory? ConvNeXt-Base, against writing as many zeros. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alternate, median, ratios } from './lib/figures.mjs';
import { needBuild, root, timeProcess } from './lib/onpar.mjs';
import { benchmark, pairedRow } from './lib/report.mjs';

needBuild();
const folder = join(root, 'fixtures', 'models', 'convnext-base');
const script = fileURLToPath(new URL('lib/fill.mjs', import.meta.url));
const { bytes } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')).artifacts.float32.files[0];

await benchmark('Filling a recipe: ConvNeXt-Base, 338 MiB', 3, async ({ pairs }, log) => {
  const scratch = mkdtempSync(join(tmpdir(), 'onpar-bench-'));
  const target = join(scratch, 'model.onnx');
  const peaks = [];
  const take = (...zeros) => {
    const { stdout } = timeProcess(process.execPath, [script, join(folder, 'graph.onnx'), target, ...zeros]);
    if (statSync(target).size !== bytes) throw new Error(`${target} has not the ${bytes} bytes of the card`);
    rmSync(target);
    const { seconds, peak } = JSON.parse(stdout);
    if (zeros.length === 0) peaks.push(peak);
    return seconds;
  };
  try {
    log('filling, and writing zeros');
    const { ours, theirs } = await alternate(
      pairs,
      () => take(),
      () => take(`${bytes}`),
    );
    const relation = ratios(ours, theirs);
    const rate = (seconds) => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
    return {
      rows: [
        {
          what: 'seconds a GB of filled weights',
          against: 'the limit',
          value: (median(ours) * 1e9) / bytes,
          target: 10,
          unit: 's',
          detail: `${rate(median(ours))}, at best ${rate(Math.min(...ours))}`,
        },
        pairedRow('filling', 'writing zeros', { relation, unit: 'x', target: null, ours, theirs }),
        {
          what: 'peak memory of the process that fills',
          against: 'the limit',
          value: Math.max(...peaks),
          target: 600e6,
          unit: 'B',
        },
      ],
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
