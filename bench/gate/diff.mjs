/** How long `onpar diff` takes between two releases of a runtime, once the base is installed, and how many cases get which columns. See bench/README.md. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built, cli, needBuild, root, timeProcess } from '../lib/onpar.mjs';
import { both, countsOf } from './certify/diffs.mjs';
import { addLine } from './certify/lines.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'onnxruntime-node@1.29.0' },
    models: { type: 'string', default: [...both, 'tiny-text'].join() },
    out: { type: 'string', default: join(root, 'bench', 'gate', 'diffs') },
  },
});
needBuild();
const [{ readMachine }, { packagesOf }, { commitOf }] = await Promise.all(
  ['baselines/read-machine.js', 'base/packages.js', 'base/git.js'].map(built),
);
const { fingerprint } = readMachine();
const name = values.base.slice(0, values.base.lastIndexOf('@'));
const ours = `${name}@${packagesOf(root, [name]).get(name)}`;
const models = values.models.split(',');
// The package is fetched once for all, before anything is timed.
diff(models[0], ['--only', 'size']);
for (const model of models) {
  const at = new Date().toISOString();
  const line = { at, node: process.versions.node, commit: commitOf(root), model, ours, ...countsOf(diff(model)) };
  addLine(values.out, fingerprint, line);
  const shown = Object.entries(line.shown).map(([column, count]) => `${column} ${count}`);
  process.stderr.write(`${model}: ${line.cases} cases (${shown.join(', ')}) in ${line.seconds.toFixed(0)} s\n`);
}

/** Something may have moved for the worse: that is an answer. */
function diff(model, more = []) {
  const args = [cli, 'diff', model, '--base', values.base, '--json', ...more];
  return JSON.parse(timeProcess(process.execPath, args, { cwd: root, status: [0, 1] }).stdout);
}
