import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { acceptLine, replayLine, replayOnDemand } from '../../../src/run/lines.ts';
import { loadMetrics } from '../../../src/metrics/registry.ts';
import { cleanEnv } from '../support/env.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const metrics = await loadMetrics();
const parity = metrics.get('parity')!;
const subject = {
  metric: 'parity',
  model: 'net',
  artifact: 'float32',
  backend: 'ort-node/cpu',
  batch: null,
  threads: 1,
  images: null,
};

test('both lines can be pasted in any project, whatever scripts it has', () => {
  expect(replayLine(parity, subject)).toBe("npx vitest run parity -t 'parity net/float32/ort-node/cpu'");
  expect(acceptLine(parity, subject, { verdict: 'mismatch', paired: false })).toBe(
    "npx onpar bless net/float32/ort-node/cpu --only parity --reason '…'",
  );
});

test('what the suite leaves out is seen again by naming it', () => {
  expect(replayOnDemand(subject)).toBe('npx onpar compare net/float32 --backend ort-node/cpu');
  expect(replayOnDemand({ ...subject, backend: null })).toBe('npx onpar compare net/float32');
});

test.each(['crashed', 'timed-out', 'refused', 'vacuous', 'unavailable'] as const)('nothing accepts %s', (verdict) => {
  expect(acceptLine(parity, subject, { verdict, paired: false })).toBeNull();
});

test('a slowdown against the version before is accepted in the card, not blessed', () => {
  const latency = metrics.get('latency')!;
  expect(acceptLine(latency, subject, { verdict: 'slower', paired: true })).toBe(
    'latency.accepted in model.json: { "case": "float32/ort-node/cpu", "slowdown": …, "reason": "…", "expires": "…" }',
  );
  expect(acceptLine(latency, subject, { verdict: 'faster', paired: true })).toBeNull();
});

// npm links no bin of a package into itself: this holds because npx looks into the package's own manifest first.
test('npx finds onpar in this repository too, without a registry', () => {
  const { status, stdout } = spawnSync('npx', ['onpar', '--version'], {
    cwd: repository,
    env: { ...cleanEnv(), npm_config_registry: 'http://127.0.0.1:9' },
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(status).toBe(0);
});
