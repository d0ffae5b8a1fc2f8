import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import type { Backend } from '../../../src/backends/backend.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';
import { pinnableCore } from '../../../src/workers/launch.ts';
import { encodeFrame, FrameReader, protocolVersion } from '../../../src/workers/protocol.ts';
import type { Message } from '../../../src/workers/protocol.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { failureOf, isAlive } from '../support/ended.ts';
import { faultEnv, faulty } from '../support/faulty.ts';
import { endlessModel, linearModel, unknownOperatorModel } from '../support/onnx.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'onpar-worker-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ortNode = await findBackend('ort-node/cpu');
const options = { root, threads: 1, core: null, deadline: 60 };

const put = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const pidFile = join(folder, 'pid');
const linear = put('linear.onnx', linearModel(2, 2, [1, 2, 3, 4]));
const x: TensorMap = { x: tensor('float32', [1, 2], Float32Array.of(1, 10)) };

async function withWorker<T>(backend: Backend, body: (worker: Worker) => Promise<T>, deadline = 60): Promise<T> {
  const worker = new Worker(backend, { ...options, deadline });
  try {
    return await body(worker);
  } finally {
    await worker.close();
  }
}

describe('a worker', () => {
  test('greets, opens a committed model, runs it and samples it, with durations measured inside', () =>
    withWorker(ortNode, async (worker) => {
      const hello = await worker.hello();
      expect(hello).toMatchObject({ protocol: protocolVersion, provider: 'CPUExecutionProvider' });
      expect(hello.version).toMatch(/^\d+\.\d+/);

      const opened = await worker.open(join(root, 'fixtures/models/fashion-cnn/model.onnx'));
      expect(opened.inputs).toEqual([{ name: 'image', dtype: 'float32', dims: ['batch', 1, 28, 28] }]);
      expect(opened.outputs).toEqual([{ name: 'logits', dtype: 'float32', dims: ['batch', 10] }]);
      expect(opened.seconds).toBeGreaterThan(0);

      const feeds = { image: zeros('float32', [3, 1, 28, 28]) };
      const { outputs, peakBytes, seconds } = await worker.run(feeds);
      expect(outputs['logits']?.dims).toEqual([3, 10]);
      expect(new Set(Array.from(outputs['logits']?.data ?? [], Number).slice(0, 10)).size).toBe(10);
      expect(seconds).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(2 ** 24);

      const { samples, overhead, wallPerCall } = await worker.sample(feeds, 1, 7);
      expect(samples).toHaveLength(7);
      expect(samples).toEqual(samples.toSorted((a, b) => a - b));
      expect(samples[0]).toBeGreaterThan(0);
      expect(wallPerCall).toBeGreaterThanOrEqual(samples[0] ?? 0);
      expect(overhead).toBeGreaterThan(0);
    }));

  test('opens one model after another and answers with the last one', () =>
    withWorker(ortNode, async (worker) => {
      await worker.open(linear);
      const other = put('other.onnx', linearModel(2, 1, [1, 1]));
      await worker.open(other);
      const { outputs } = await worker.run(x);
      expect(outputs['y']).toEqual(tensor('float32', [1, 1], Float32Array.of(11)));
    }));

  test('is not disturbed by what a native library prints to stdout and stderr', () =>
    withWorker(faulty(ortNode, 'noise@run'), async (worker) => {
      await worker.open(linear);
      const { outputs } = await worker.run(x);
      expect(outputs['y']?.data).toEqual(Float32Array.of(31, 42));
    }));

  test('is gone when it has been closed, even in the middle of a call', async () => {
    const worker = new Worker(faulty(ortNode, 'sleeps@run', pidFile), options);
    await worker.open(linear);
    const call = failureOf(worker.run(x));
    const pid = Number(readFileSync(pidFile));
    expect(isAlive(pid)).toBe(true);
    await worker.close();
    expect(isAlive(pid)).toBe(false);
    expect((await call).kind).toBe('crashed');
  });

  test('closed before its greeting has come leaves no unhandled rejection behind', async () => {
    const worker = new Worker(ortNode, options);
    await worker.close();
    expect((await failureOf(worker.hello())).kind).toBe('crashed');
  });
});

describe('a request that the worker refuses', () => {
  test('names a backend that does not exist', async () => {
    const failure = await withWorker({ ...ortNode, id: 'ort-nod/cpu' }, (worker) => failureOf(worker.hello()));
    expect(failure.kind).toBe('refused');
    expect(failure.message).toBe("unknown backend 'ort-nod/cpu'");
  });

  test.each([
    ['an unknown operator', unknownOperatorModel(), /NoSuchOperator/],
    ['half a model', linearModel(2, 2, [1, 2, 3, 4]).subarray(0, 60), /protobuf|parse/i],
    ['text', 'version https://git-lfs.github.com/spec/v1\n', /protobuf|parse/i],
  ])('opens %s: the runtime says why, and the worker lives on', (name, content, reason) =>
    withWorker(ortNode, async (worker) => {
      const failure = await failureOf(worker.open(put(`${name}.onnx`, content)));
      expect(failure.kind).toBe('refused');
      expect(failure.message).toMatch(reason);
      await worker.open(linear);
      expect((await worker.run(x)).outputs['y']?.data).toEqual(Float32Array.of(31, 42));
    }),
  );

  test('runs before a model is open, or with feeds that the model does not take', () =>
    withWorker(ortNode, async (worker) => {
      await worker.hello();
      expect((await failureOf(worker.run(x))).message).toBe('no model is open');
      await worker.open(linear);
      const wrongName = await failureOf(worker.run({ wrong: zeros('float32', [1, 2]) }));
      expect(wrongName).toMatchObject({ kind: 'refused', message: expect.stringContaining("'x'") });
      const wrongDims = await failureOf(worker.run({ x: zeros('float32', [1, 3]) }));
      expect(wrongDims.kind).toBe('refused');
      const wrongDtype = await failureOf(worker.run({ x: zeros('int64', [1, 2]) }));
      expect(wrongDtype).toMatchObject({ kind: 'refused', message: expect.stringMatching(/type/i) });
    }));

  test('comes while another one is in flight', () =>
    withWorker(ortNode, async (worker) => {
      await worker.open(linear);
      const first = worker.run(x);
      await expect(worker.run(x)).rejects.toThrow('one request at a time');
      expect((await first).outputs['y']?.data).toEqual(Float32Array.of(31, 42));
    }));
});

describe.concurrent('a worker that dies', () => {
  test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT'])(
    'by %s in the middle of a call has crashed, and the signal is named',
    (signal) =>
      withWorker(faulty(ortNode, `${signal}@run`), async (worker) => {
        await worker.open(linear);
        const failure = await failureOf(worker.run(x));
        expect(failure.kind).toBe('crashed');
        expect(failure.message).toContain(`was killed by ${signal}`);
        expect((await failureOf(worker.run(x))).message).toBe(failure.message);
      }),
  );

  test('by exiting with 0 before its answer has crashed all the same', async () => {
    const failure = await withWorker(faulty(ortNode, 'exit@hello'), (worker) => failureOf(worker.hello()));
    expect(failure).toMatchObject({ kind: 'crashed', message: 'the worker exited with code 0' });
  });

  test('takes the last words of its library along', async () => {
    const failure = await withWorker(faulty(ortNode, 'complains@hello'), (worker) => failureOf(worker.hello()));
    expect(failure.message).toBe('the worker exited with code 3; it last wrote: the library says: out of luck');
  });

  test('has crashed also where a child of its own keeps the pipes open', async () => {
    const failure = await withWorker(faulty(ortNode, 'orphan@hello'), (worker) => failureOf(worker.hello()));
    expect(failure).toMatchObject({ kind: 'crashed', message: 'the worker exited with code 0' });
  });

  test('before it could be started at all has crashed', async () => {
    const nowhere = { ...ortNode, env: () => ({ NODE_OPTIONS: '--no-such-option' }) };
    const failure = await withWorker(nowhere, (worker) => failureOf(worker.open(linear)));
    expect(failure).toMatchObject({ kind: 'crashed', message: expect.stringContaining('--no-such-option') });
  });
});

describe('a worker that does not answer', () => {
  test('because its model never ends is killed at its deadline, and is really gone', () =>
    withWorker(
      faulty(ortNode, 'none@', pidFile),
      async (worker) => {
        await worker.open(put('endless.onnx', endlessModel()));
        const pid = Number(readFileSync(pidFile));
        expect(isAlive(pid)).toBe(true);
        const start = performance.now();
        const failure = await failureOf(worker.run({ x: zeros('float32', [1, 3]) }));
        expect(failure).toMatchObject({
          kind: 'timed-out',
          message: 'run did not return within 3 s; the worker was killed',
        });
        expect(performance.now() - start).toBeLessThan(5_000);
        await worker.close();
        expect(isAlive(pid)).toBe(false);
      },
      3,
    ));

  test('because it sleeps while it is greeted is killed, too', async () => {
    const failure = await withWorker(faulty(ortNode, 'sleeps@hello'), (worker) => failureOf(worker.open(linear)), 1);
    expect(failure).toMatchObject({
      kind: 'timed-out',
      message: expect.stringContaining('hello did not return within 1 s'),
    });
  });
});

describe.concurrent('a worker that answers nonsense', () => {
  test.each([
    ['garbage', 'not an onpar frame'],
    ['lying-prefix', 'not an onpar frame'],
    ['lying-header', 'needs 36 bytes'],
    ['wrong-id', 'answered request 99 while 1 was asked'],
  ])('%s: it is killed, and what it said is in the failure', async (fault, said) => {
    const failure = await withWorker(faulty(ortNode, `${fault}@hello`), (worker) => failureOf(worker.hello()));
    expect(failure).toMatchObject({ kind: 'crashed', message: expect.stringContaining(said) });
  });

  test('twice: its second answer is not taken for that of the next request', () =>
    withWorker(faulty(ortNode, 'twice@hello'), async (worker) => {
      expect((await failureOf(worker.open(linear))).kind).toBe('crashed');
    }));
});

describe('the worker process itself', () => {
  /** Sends raw messages to a worker process and returns its replies. */
  async function talk(messages: readonly Message[]): Promise<{ replies: Message[]; code: number | null }> {
    const child = spawn(process.execPath, [join(root, 'dist/workers/node-worker.js')], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const replies: Message[] = [];
    const reader = new FrameReader((message) => replies.push(message));
    const [requests, answers] = [child.stdio[3] as Duplex, child.stdio[4] as Duplex];
    answers.on('data', (chunk: Uint8Array) => reader.push(chunk));
    // A worker that dies breaks its pipes; its exit code tells the story.
    for (const pipe of [requests, answers]) pipe.on('error', () => undefined);
    for (const message of messages) for (const chunk of encodeFrame(message)) requests.write(chunk);
    requests.end();
    const code = await new Promise<number | null>((resolve) => void child.on('close', resolve));
    return { replies, code };
  }

  const hello = { op: 'hello', backend: 'ort-node/cpu', threads: 1, root };

  test('refuses another protocol version, an unknown operation and an open before hello, and repeats the ids', async () => {
    const { replies } = await talk([
      { fields: { ...hello, protocol: protocolVersion + 1, id: 5 }, tensors: {} },
      { fields: { op: 'dance', id: 6 }, tensors: {} },
      { fields: { op: 'open', path: linear, id: 7 }, tensors: {} },
    ]);
    expect(replies.map(({ fields }) => fields)).toEqual([
      { id: 5, ok: false, error: `this worker speaks protocol ${protocolVersion}, not ${protocolVersion + 1}` },
      { id: 6, ok: false, error: 'unknown operation dance' },
      { id: 7, ok: false, error: 'open before hello' },
    ]);
  });

  test('ends by itself when its parent is gone', async () => {
    expect(await talk([])).toEqual({ replies: [], code: 0 });
  });

  test('ends with an error where a frame is none', async () => {
    const { code, replies } = await talk([{ fields: { id: 1, padding: 'x'.repeat(17 * 2 ** 20) }, tensors: {} }]);
    expect(replies).toEqual([]);
    expect(code).not.toBe(0);
  });
});

/** Starts a worker on a model that never ends, tells its process id once it runs, and has no time for anything else. */
const harness = `
  const [{ Worker }, { findBackend }] = await Promise.all([import('${root}dist/workers/worker.js'), import('${root}dist/backends/registry.js')]);
  const { root, core, model } = JSON.parse(process.argv[1]);
  const worker = new Worker(await findBackend('ort-node/cpu'), { root, core, threads: 1, deadline: 60 });
  await worker.open(model);
  void worker.run({ x: { dtype: 'float32', dims: [1, 3], data: new Float32Array(3) } });
  setTimeout(() => console.log('spins'), 200);
`;

/** Linux alone lets a process be told of its parent's death. A zombie is dead, though nobody has asked for its exit code yet. */
const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe.runIf(process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0)(
  'a worker in an endless call does not outlive a harness that was killed',
  () => {
    test.each([
      ['unpinned', null],
      ['pinned', pinnableCore()],
    ])('%s', async (name, core) => {
      const own = join(folder, `pid-${name}`);
      const model = put('endless.onnx', endlessModel());
      const child = spawn(
        process.execPath,
        ['--input-type=module', '--eval', harness, JSON.stringify({ root, core, model })],
        { env: { ...process.env, ...faultEnv('none@'), ONPAR_FAULT_PID: own }, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const exited = once(child, 'exit');
      await once(child.stdout, 'data');
      const pid = Number(readFileSync(own));
      expect(isRunning(pid)).toBe(true);
      child.kill('SIGKILL');
      await exited;
      try {
        await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5_000 });
      } finally {
        if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      }
    });
  },
);

/** Cores that each thread of a process may use: the main thread's, and those of the others. */
function coresOf(pid: number): { main: string; others: string[] } {
  const of = (thread: string): string =>
    /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))?.[1] ?? '';
  const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== String(pid));
  return { main: of(String(pid)), others: threads.map(of) };
}

describe.runIf(pinnableCore() !== null)('a worker that is pinned to a core', () => {
  const core = pinnableCore()!;

  test('runs there, and V8, which compiles beside it, where it likes', async () => {
    const worker = new Worker(await findBackend('ort-web/wasm'), { ...options, core });
    await worker.hello();
    const { main, others } = coresOf(worker.pid!);
    await worker.close();
    expect(main).toBe(String(core));
    const free = coresOf(process.pid).others.find((list) => list !== String(core));
    // With one core there is nowhere else.
    if (free !== undefined) expect(others.filter((list) => list !== String(core)).length).toBeGreaterThanOrEqual(4);
  });

  test('takes the threads along that its runtime starts', async () => {
    const worker = new Worker(ortNode, { ...options, core, threads: 2 });
    await worker.hello();
    const before = coresOf(worker.pid!).others.filter((list) => list === String(core)).length;
    await worker.open(linear);
    await worker.run(x);
    const after = coresOf(worker.pid!).others.filter((list) => list === String(core)).length;
    await worker.close();
    expect(after).toBeGreaterThan(before);
  });
});
