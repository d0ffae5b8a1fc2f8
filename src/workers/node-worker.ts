/**
 * The worker process: hosts one backend and at most one session, answers one request at a time. It blocks in read while it
 * waits: an idle worker burns no cycle beside the one that is being measured. It ends when its parent's pipe closes.
 */
import { spawnSync } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Binding, Kernels, Runtime, Session } from '../backends/backend.ts';
import { findBackend } from '../backends/registry.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { decodeFrame, decodePrefix, encodeFrame, protocolVersion, replyFd, requestFd } from './protocol.ts';
import type { Message, Request } from './protocol.ts';
import { peakResident } from './resident.ts';

/**
 * Pinned from here on, with all threads that a runtime starts. V8's own are there already and stay free: those that compile WebAssembly
 * better while it runs would take half of the core from this process alone, for a third of a second, in one of twelve.
 */
const [, , core] = process.argv;
if (core !== undefined && spawnSync('taskset', ['--cpu-list', '--pid', core, String(process.pid)]).status !== 0)
  throw new Error(`taskset cannot pin it to core ${core}`);

let runtime: Runtime | undefined;
let session: Session | undefined;

async function serve(): Promise<void> {
  for (let message = readMessage(); message !== undefined; message = readMessage()) {
    const { id } = message.fields;
    try {
      const { fields, tensors } = await answer({ ...message.fields, feeds: message.tensors } as Request);
      writeMessage({ fields: { ...fields, id, ok: true }, tensors });
    } catch (error) {
      writeMessage({ fields: { id, ok: false, error: messageOf(error) }, tensors: {} });
    }
  }
  process.exit(0);
}

async function answer(request: Request): Promise<Message> {
  switch (request.op) {
    case 'hello':
      return reply(await hello(request));
    case 'open':
      return reply(await open(request));
    case 'run':
      return run(request.feeds);
    case 'sample':
      return reply({ ...(await sample(request)), peakBytes: peakBytes() });
    case 'kernels':
      return reply({ kernels: await kernels(request) });
    case 'close':
      await session?.close();
      session = undefined;
      return reply({});
    default:
      throw new Error(`unknown operation ${String((request satisfies never as { op: unknown }).op)}`);
  }
}

const reply = (fields: object): Message => ({ fields: { ...fields }, tensors: {} });

async function hello(request: Extract<Request, { op: 'hello' }>): Promise<object> {
  const { protocol, backend, threads, root, backends } = request;
  if (protocol !== protocolVersion) throw new Error(`this worker speaks protocol ${protocolVersion}, not ${protocol}`);
  const start = performance.now();
  const folder = backends === null ? undefined : pathToFileURL(`${backends}/`);
  const found = await findBackend(backend, folder);
  if (found.host === 'python') throw new Error(`${backend} runs in Python`);
  runtime = await found.load({ threads, require: requireFrom(root) });
  return { protocol, version: runtime.version, provider: runtime.provider, seconds: secondsSince(start) };
}

/** Packages come from the user's project; those it does not have from onpar's own tree. One that is there and does not load must not be replaced by another version. */
function requireFrom(root: string): (name: string) => unknown {
  const fromProject = createRequire(join(root, 'package.json'));
  const fromHere = createRequire(import.meta.url);
  return (name) => {
    try {
      fromProject.resolve(name);
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
      return fromHere(name) as unknown;
    }
    return fromProject(name) as unknown;
  };
}

/** Kept while a session is open, so that it lies where nothing else may. */
const ballast: Buffer[] = [];

/**
 * Where a process's allocations happen to lie makes it faster or slower for its whole life (reference: Curtsinger & Berger,
 * "Stabilizer", 2013). Small blocks before opening move what is allocated after them; reopening draws again.
 */
async function open({ path, shift, ranges }: Extract<Request, { op: 'open' }>): Promise<object> {
  if (runtime === undefined) throw new Error('open before hello');
  await session?.close();
  const blocks = { length: shift % 61 };
  ballast.splice(0, Infinity, ...Array.from(blocks, (_, i) => Buffer.allocUnsafeSlow(1024 + ((shift * i) % 65_521))));
  const start = performance.now();
  session = await runtime.open(path, ranges);
  const { inputs, outputs, engine } = session;
  return { inputs, outputs, seconds: secondsSince(start), ...(engine && { engine }) };
}

function bind(feeds: TensorMap): Binding {
  if (session === undefined) throw new Error('no model is open');
  return session.bind(feeds);
}

async function run(feeds: TensorMap): Promise<Message> {
  const binding = bind(feeds);
  const start = performance.now();
  await binding.call();
  const seconds = secondsSince(start);
  const tensors = binding.outputs();
  binding.release();
  return { fields: { seconds, peakBytes: peakBytes() }, tensors };
}

const kernels = async ({ path, feeds }: Extract<Request, { op: 'kernels' }>): Promise<Kernels | null> =>
  (await runtime?.kernels?.(path, feeds)) ?? null;

async function sample({ feeds, warmup, iterations }: Extract<Request, { op: 'sample' }>): Promise<object> {
  // Loaded here: a worker that only answers parity needs no sampler.
  const { sampleCalls } = await import('./sampler.ts');
  const binding = bind(feeds);
  const sampled = await sampleCalls(() => binding.call(), warmup, iterations);
  binding.release();
  return sampled;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1e3;

/** Peak resident set; where the system does not tell, Node's maxRSS, in kilobytes. */
const peakBytes = (): number => peakResident('self') ?? process.resourceUsage().maxRSS * 1024;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function readMessage(): Message | undefined {
  const prefix = readBytes(12);
  if (prefix === undefined) return undefined;
  const sizes = decodePrefix(prefix);
  const header = readBytes(sizes.header);
  const payload = readBytes(sizes.payload);
  return header && payload ? decodeFrame(header, payload) : undefined;
}

/** Undefined at the end of the stream: the parent is gone. */
function readBytes(length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = readSync(requestFd, bytes, filled, length - filled, null);
    if (count === 0) return undefined;
    filled += count;
  }
  return bytes;
}

function writeMessage(message: Message): void {
  for (const chunk of encodeFrame(message)) {
    for (let written = 0; written < chunk.byteLength;) written += writeSync(replyFd, chunk, written);
  }
}

await serve();
