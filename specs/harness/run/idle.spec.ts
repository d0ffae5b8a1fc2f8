import { afterEach, beforeEach, expect, test } from 'vitest';
import { idleBackends } from '../../../src/backends/runtimes/host.ts';
import { listBackends } from '../../../src/backends/registry.ts';
import { judgeAnswer } from '../../../src/run/answer.ts';
import { buildReport } from '../../../src/run/report.ts';
import { Run } from '../../../src/run/run.ts';
import { Verdicts } from '../../../src/run/verdicts.ts';
import type { RunOptions } from '../../../src/run/run-options.ts';
import { newProject } from '../support/project.ts';

const project = newProject();
const broker = { processes: 2, patience: Infinity, budget: 0.01 };
/** As on a machine without a GPU, whatever this one has. */
const nothing = { platform: 'linux', arch: 'x64', env: {}, read: () => null, list: () => [], folderOf: () => null };
const idle = idleBackends(await listBackends(), nothing);

let run: Run;
const start = async (env: NodeJS.ProcessEnv, narrow: RunOptions['narrow'] = (whole) => whole): Promise<void> => {
  run = await Run.start(project.root, { env, broker, narrow: (whole) => narrow(Object.assign(whole, { idle })) });
};
beforeEach(() => project.card('linear'));
afterEach(async () => {
  await run.close();
  project.remove();
});

const planned = (): Set<string | null> => new Set(run.plan('parity').map(({ backend }) => backend));

test('what has no hardware here is not asked, and is a row of the report that says so', async () => {
  await start({ ONPAR_REQUIRE: 'all', ONPAR_STRICT: '1' });
  expect([...planned()].filter((id) => idle.has(id ?? ''))).toEqual([]);
  expect(run.backends.filter(({ id }) => idle.has(id))).toEqual([]);
  const facts = { command: 'x', startedAt: new Date(), problems: [] };
  const { backends, summary } = await buildReport(run, new Verdicts(run, 'some'), facts);
  // Its model has no artifact for torch.
  const onnx = [...idle].filter(([id]) => id.startsWith('ort-node/'));
  expect(backends.filter((row) => row.idle).map(({ id, reason }) => [id, reason])).toEqual(onnx);
  expect(backends.find(({ id }) => id === 'ort-node/cuda')).toMatchObject({
    available: false,
    reason: 'NVIDIA driver 525 or later: no /dev/nvidiactl',
    bring: 'npx onpar doctor ort-node/cuda',
  });
  expect(summary.red).toBe(0);
  // What another machine blessed is not obsolete on this one.
  expect(run.alive().some(({ key }) => key.includes('ort-node/cuda'))).toBe(true);
});

test('what ONPAR_REQUIRE names is asked, and red', async () => {
  await start({ ONPAR_REQUIRE: 'ort-node/cuda' });
  expect(planned()).toContain('ort-node/cuda');
  expect(planned()).not.toContain('ort-node/tensorrt');
  const [subject] = run.plan('parity').filter(({ backend }) => backend === 'ort-node/cuda');
  const failure = { kind: 'unavailable', reason: 'no device', missing: 'ort-node/cuda' } as const;
  const answer = run.answer(subject!, { ok: false, failure }, []);
  expect(judgeAnswer(run.metric('parity'), answer)).toMatchObject({ verdict: 'unavailable', red: true });
});

test('what a command line names is asked', async () => {
  await start({}, (whole) => ({ ...whole, backends: whole.backends.filter(({ id }) => id === 'ort-node/cuda') }));
  expect(planned()).toEqual(new Set(['ort-node/cuda']));
});
