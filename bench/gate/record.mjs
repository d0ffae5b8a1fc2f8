/** Records process pairs of real inference: see bench/README.md. */
import { parseArgs } from 'node:util';
import { needBuild } from '../lib/onpar.mjs';
import { record } from './record/session.mjs';

const usage = `node bench/gate/record.mjs <ort-1ms|ort-10ms|wasm> --pairs N --out FILE.jsonl.gz
  [--slowdown 0.02 | --work tail|bimodal] [--unpinned] [--hog]
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string' },
    out: { type: 'string' },
    slowdown: { type: 'string' },
    work: { type: 'string' },
    unpinned: { type: 'boolean' },
    hog: { type: 'boolean' },
  },
});
const pairs = Number(values.pairs);
if (positionals.length !== 1 || values.out === undefined || !(Number.isInteger(pairs) && pairs > 0)) {
  process.stderr.write(usage);
  process.exit(2);
}
needBuild();
const percent = Number((Number(values.slowdown ?? 0) * 100).toPrecision(6));
const task = {
  class: positionals[0],
  work: values.work ?? (percent > 0 ? `slower-${percent}` : 'same'),
  pinned: values.unpinned !== true,
  hog: values.hog === true,
};
try {
  await record(task, values.out, pairs, (line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
