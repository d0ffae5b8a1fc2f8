/** Takes what a whole suite left below .onpar/traces into the bank: real verdicts of the product, of backends that compile their kernels while they run. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../lib/onpar.mjs';
import { append, fold, pairLine, readBankTrace } from '../trace/file.mjs';
import { pathOf } from './schedule.mjs';

/** Of each case and machine: ten cases weigh some 0.2 MB a run. Counted in runs, so that what they say has no part in how many are kept. */
const mostRuns = 18;

/** Of all of their cases, as the bank has one class of them. */
const jitClass = 'wasm';

/**
 * @param {string} traces the folder that the suite left @param {string} bank
 * @param {boolean} pinned @param {number} at epoch seconds of the run
 */
export async function keepTraces(traces, bank, pinned, at) {
  const { listBackends } = await built('backends/registry.js');
  const jit = (await listBackends()).filter((backend) => backend.jit);
  const files = readdirSync(traces).filter(
    (name) => name.endsWith('.jsonl') && !/\.(?:control|screen)\.jsonl$/.test(name),
  );
  for (const name of files) {
    const trace = await readBankTrace(join(traces, name));
    if (!jit.some(({ id }) => trace.header.case.includes(`/${id}/`))) continue;
    // Where fresh pairs confirmed or cleared a suspicion, the ones that raised it are the screen's verdict.
    const screen = join(traces, name.replace(/jsonl$/, 'screen.jsonl'));
    const { pairs } = existsSync(screen) ? await readBankTrace(screen) : trace;
    await keepOne(
      { ...trace.header, pairs },
      { bank, pinned, at, suite: name.replace(/\.jsonl$/, '').replaceAll('+', '-') },
    );
  }
}

async function keepOne({ fingerprint, case: title, pairs }, { bank, pinned, at, suite }) {
  const task = { class: jitClass, work: 'same', pinned, hog: false, suite };
  const path = pathOf(bank, fingerprint, task);
  fold(path);
  const { ats } = existsSync(path) ? await readBankTrace(path) : { ats: [] };
  if (new Set(ats).size >= mostRuns) return;
  const from = ats.length;
  if (from === 0) append(path, JSON.stringify({ fingerprint, case: title, ...task }));
  for (const [index, pair] of pairs.entries()) append(path, pairLine({ ...pair, pair: from + index }, { at }));
  fold(path);
}
