import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { dtypes, zeros, tensor } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';
import { encodeFrame, FrameReader, protocolVersion } from '../../../src/workers/protocol.ts';
import type { Message } from '../../../src/workers/protocol.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { failureOf, isAlive } from '../support/ended.ts';
import { echo, faultsFolder, hasPython, plainPython } from '../support/python.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'onpar-python-'));
afterAll(() => rmSync(folder, { recursive: true }));

const x: TensorMap = { x: tensor('float32', [1, 2], Float32Array.of(1, 10)) };

/** A model file that names this fault. */
const model = (fault: string): string => {
  const path = join(folder, `${fault}.py`);
  writeFileSync(path, fault);
  return path;
};

async function withEcho<T>(fault: string, body: (worker: Worker) => Promise<T>, deadline = 60): Promise<T> {
  const worker = new Worker(echo, { root, threads: 1, core: null, deadline, backends: faultsFolder });
  try {
    await worker.open(model(fault));
    return await body(worker);
  } finally {
    await worker.close();
  }
}

const pidOf = async (worker: Worker): Promise<number> => Number((await worker.hello()).provider.split(' ')[1]);

describe.runIf(hasPython).concurrent('a Python worker', () => {
  test('greets, opens, runs and samples with durations measured inside, as a Node worker does', () =>
    withEcho('none', async (worker) => {
      expect(await worker.hello()).toMatchObject({ protocol: protocolVersion, version: '1' });
      const { outputs, seconds, peakBytes } = await worker.run(x);
      expect(outputs).toEqual(x);
      expect(seconds).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(2 ** 22);
      const { samples, overhead, wallPerCall } = await worker.sample(x, 1, 7);
      expect(samples).toHaveLength(7);
      expect(samples).toEqual(samples.toSorted((a, b) => a - b));
      expect(wallPerCall).toBeGreaterThanOrEqual(samples[0] ?? 0);
      expect(overhead).toBeGreaterThan(0);
    }));

  test('hands tensors of every type and odd sizes over and back, bit for bit', () =>
    withEcho('none', async (worker) => {
      const odd = Object.fromEntries(dtypes.map((dtype) => [dtype, zeros(dtype, [3, 5])]));
      for (const { data } of Object.values(odd))
        new Uint8Array(data.buffer).forEach((_, index, bytes) => (bytes[index] = (index * 37) % 251));
      const feeds = { ...odd, 'naïve ☃': zeros('int8', []), empty: zeros('float32', [0, 4]) };
      expect((await worker.run(feeds)).outputs).toEqual(feeds);
    }));

  test('is not disturbed by what is printed', () =>
    withEcho('prints', async (worker) => {
      expect((await worker.run(x)).outputs).toEqual(x);
      expect((await worker.run(x)).outputs).toEqual(x);
    }));

  test('refuses what the runtime refuses, says where, and lives on', () =>
    withEcho('raises', async (worker) => {
      const failure = await failureOf(worker.run(x));
      expect(failure.kind).toBe('refused');
      expect(failure.message).toMatch(/^KeyError: 'no such thing' \(.*test_echo\.py:\d+\)$/);
      await worker.open(model('none'));
      expect((await worker.run(x)).outputs).toEqual(x);
    }));

  test('killed in mid-transfer has crashed, and the signal is named', () =>
    withEcho('dies in mid-transfer', async (worker) => {
      const failure = await failureOf(worker.run(x));
      expect(failure).toMatchObject({ kind: 'crashed', message: expect.stringContaining('was killed by SIGKILL') });
    }));

  test('that is ended by its own model has crashed', () =>
    withEcho('exits', async (worker) => {
      expect(await failureOf(worker.run(x))).toMatchObject({
        kind: 'crashed',
        message: 'the worker exited with code 3',
      });
    }));

  test('that does not answer is killed at its deadline, and is really gone', () =>
    withEcho(
      'sleeps',
      async (worker) => {
        const pid = await pidOf(worker);
        expect(await failureOf(worker.run(x))).toMatchObject({ kind: 'timed-out' });
        await worker.close();
        expect(isAlive(pid)).toBe(false);
      },
      3,
    ));

  test('does not know a backend without a file', async () => {
    const worker = new Worker(
      { ...echo, id: 'test/ech' },
      { root, threads: 1, core: null, deadline: 60, backends: faultsFolder },
    );
    expect((await failureOf(worker.hello())).message).toBe("unknown backend 'test/ech'");
    await worker.close();
  });
});

describe.runIf(hasPython)('the Python process itself', () => {
  async function talk(messages: readonly Message[]): Promise<{ replies: Message[]; code: number | null }> {
    const child = spawn(plainPython, [join(root, 'dist/workers/python/worker.py')], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const replies: Message[] = [];
    const reader = new FrameReader((message) => replies.push(message));
    const [requests, answers] = [child.stdio[3] as Duplex, child.stdio[4] as Duplex];
    answers.on('data', (chunk: Uint8Array) => reader.push(chunk));
    for (const pipe of [requests, answers]) pipe.on('error', () => undefined);
    for (const message of messages) for (const chunk of encodeFrame(message)) requests.write(chunk);
    requests.end();
    const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
    return { replies, code };
  }

  test('refuses another protocol version, an unknown operation and an open before hello, and repeats the ids', async () => {
    const { replies, code } = await talk([
      {
        fields: { op: 'hello', backend: 'test/echo', threads: 1, root, protocol: protocolVersion + 1, id: 5 },
        tensors: {},
      },
      { fields: { op: 'dance', id: 6 }, tensors: {} },
      { fields: { op: 'open', path: 'model.py', shift: 0, id: 7 }, tensors: {} },
      { fields: { op: 'run', id: 8 }, tensors: x },
    ]);
    expect(replies.map(({ fields }) => fields)).toEqual([
      { id: 5, ok: false, error: `this worker speaks protocol ${protocolVersion}, not ${protocolVersion + 1}` },
      { id: 6, ok: false, error: 'unknown operation dance' },
      { id: 7, ok: false, error: 'open before hello' },
      { id: 8, ok: false, error: 'no model is open' },
    ]);
    // It ended by itself when its parent's pipe closed.
    expect(code).toBe(0);
  });

  test('ends with an error where a frame is none', async () => {
    const { code, replies } = await talk([{ fields: { id: 1, padding: 'x'.repeat(17 * 2 ** 20) }, tensors: {} }]);
    expect(replies).toEqual([]);
    expect(code).not.toBe(0);
  });
});

/** A zombie is dead, though nobody has asked for its exit code yet. */
const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const harness = `
  const { Worker } = await import('${root}dist/workers/worker.js');
  const { backend, options, model } = JSON.parse(process.argv[1]);
  const worker = new Worker({ ...backend, env: () => ({ ONPAR_PYTHON: '${plainPython}' }) }, options);
  console.log((await worker.hello()).provider);
  await worker.open(model);
  void worker.run({ x: { dtype: 'float32', dims: [1], data: new Float32Array(1) } });
  setTimeout(() => console.log('spins'), 200);
`;

test.runIf(
  hasPython && process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0,
)('a Python worker in an endless call does not outlive a harness that was killed', async () => {
  const options = { root, threads: 1, core: null, deadline: 60, backends: faultsFolder };
  const given = JSON.stringify({ backend: echo, options, model: model('spins') });
  const child = spawn(process.execPath, ['--input-type=module', '--eval', harness, given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()).includes('spins') && resolve(text));
  });
  const pid = Number(/process (\d+)/.exec(said)?.[1]);
  expect(isRunning(pid)).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});
