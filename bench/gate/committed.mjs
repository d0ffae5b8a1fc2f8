/** How well the committed latency of a machine tells a slower version, from recorded sessions: see bench/README.md. */
import { parseArgs } from 'node:util';
import { needBuild } from '../lib/onpar.mjs';
import { recordSessions } from './committed/record.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    record: { type: 'string', default: '0' },
    pause: { type: 'string', default: '0' },
    cases: { type: 'string', default: 'ort-1ms,wasm,ort-small,ort-int8' },
  },
});
const [path] = positionals;
const [minutes, pause] = [values.record, values.pause].map(Number);
if (path === undefined || !(minutes >= 0) || !(pause >= 0)) {
  process.stderr.write('node bench/gate/committed.mjs SESSIONS.jsonl [--record MINUTES] [--pause SECONDS] [--cases a,b]\n');
  process.exit(2);
}
needBuild();
await recordSessions(path, { minutes, pause, cases: values.cases.split(',') }, (line) => process.stderr.write(`${line}\n`));
