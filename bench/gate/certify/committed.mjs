/** What the product's rule for committed latencies says of recorded sessions, sessions in the place of days: see committed.mjs above. */
import { verdicts } from '../committed/evaluate.mjs';
import { machinesIn } from './lines.mjs';

const slowdown = 0.05;

/** @param {string} folder of <fingerprint>.jsonl, recorded by bench/gate/committed.mjs */
export async function readCommitted(folder) {
  const rows = [];
  for (const { machine, lines } of machinesIn(folder))
    for (const title of new Set(lines.map((session) => session.case)))
      rows.push({ machine, case: title, ...(await rated(lines.filter((session) => session.case === title))) });
  return rows;
}

/** Red is what is slower three times in a row. */
async function rated(sessions) {
  const [same, slower] = [await verdicts(sessions, 1), await verdicts(sessions, 1 + slowdown)];
  return {
    n: same.n,
    alarms: { once: same.counts.slower ?? 0, red: same.thrice },
    found: { once: slower.counts.slower ?? 0, red: slower.thrice },
    hours: (sessions.at(-1).at - sessions[0].at) / 3600,
  };
}
