/** Whether a committed latency tells a slower version from another session of the same: see bench/README.md. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built, needBuild, root } from '../lib/onpar.mjs';
import { linesOf } from './certify/lines.mjs';
import { spreads, verdicts } from './committed/evaluate.mjs';
import { recordSessions } from './committed/record.mjs';

const usage =
  'node bench/gate/committed.mjs [SESSIONS.jsonl] [--record MINUTES] [--from SECOND] [--pause SECONDS] [--cases MODEL/BACKEND/BATCH,…]\n';
const usualCases = 'fashion-cnn/ort-node/cpu/1,simplecnn/ort-node/cpu/1,fashion-cnn/ort-web/wasm/1';
const factors = [1, 1.02, 1.05, 1.1, 1.2];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'string', default: '0' },
    from: { type: 'string', default: '0' },
    pause: { type: 'string', default: '0' },
    cases: { type: 'string', default: usualCases },
  },
});
const [path = await ownSessions()] = positionals;
const [minutes, pause] = [values.record, values.pause].map(Number);
if (positionals.length > 1 || !(minutes >= 0) || !(pause >= 0)) {
  process.stderr.write(usage);
  process.exit(2);
}
needBuild();
const log = (line) => process.stderr.write(`${line}\n`);
if (minutes > 0) await recordSessions(path, { minutes, pause, cases: values.cases.split(',') }, log);
if (!existsSync(path)) {
  process.stderr.write(`${path}: no session is recorded yet: --record 30\n`);
  process.exit(2);
}
const sessions = linesOf(path).filter(({ at }) => at >= Number(values.from));
for (const title of new Set(sessions.map((session) => session.case))) {
  const own = sessions.filter((session) => session.case === title);
  const load = own.reduce((sum, session) => sum + session.load, 0) / own.length;
  const hours = ((own.at(-1).at - own[0].at) / 3600).toFixed(1);
  console.log(`\n${title}: ${own.length} sessions over ${hours} h, mean load ${load.toFixed(1)}`);
  for (const { name, percent } of spreads(own)) console.log(`  SD ${percent.toFixed(2).padStart(6)} %  ${name}`);
  for (const factor of factors) {
    const { n, counts, thrice } = await verdicts(own, factor);
    const called = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
    console.log(`  times ${factor.toFixed(2)}: of ${n} ${called.join(', ')}; ${thrice} slower thrice`);
  }
}

/** Those of this machine, which docs/gate.md is made from. */
async function ownSessions() {
  needBuild();
  const { fingerprint } = (await built('baselines/read-machine.js')).readMachine();
  return join(root, 'bench', 'gate', 'sessions', `${fingerprint}.jsonl`);
}
