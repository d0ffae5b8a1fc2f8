/**
 * The harness's side of a worker process: spawns it, speaks the protocol, holds every call to a deadline, and turns each way
 * of dying into a typed death. A worker that died costs its case, never the run.
 */
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { Backend, Ranges } from '../backends/backend.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { launchWorker } from './launch.ts';
import { encodeFrame, FrameReader, protocolVersion, replyFd, requestFd } from './protocol.ts';
import type { Message, Replies, Request } from './protocol.ts';
import { waitedBy } from './waiting.ts';

/** Why a case has no measurement: its worker died, overran its deadline, or the runtime refused the request. */
export class WorkerFailure extends Error {
  readonly kind: 'crashed' | 'timed-out' | 'refused';

  constructor(kind: WorkerFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Seconds. Throws WorkerFailure (refused) for what is not finite and above zero. */
export function demandDurations(seconds: readonly number[]): void {
  // Written so that NaN is refused.
  const wrong = seconds.length === 0 ? NaN : seconds.find((each) => !(each > 0 && each < Infinity));
  if (wrong === undefined) return;
  const what = `the clock stepped back or stood still: a call took ${wrong} s`;
  throw new WorkerFailure('refused', `${what}; nothing is judged by it, run again with a monotonic clock`);
}

export interface WorkerOptions {
  /** Folder whose node_modules holds the runtime. */
  readonly root: string;
  /** Intra-op threads; 0 means the runtime's default. */
  readonly threads: number;
  /** Core to pin the process to; null leaves it to the system. */
  readonly core: number | null;
  /** Deadline of each call, seconds. */
  readonly deadline: number;
  /** Folder of the backend files of another version; absent for this one's own. */
  readonly backends?: string | null;
  /** Command that the worker's own comes after; absent for none. */
  readonly wrapper?: readonly string[];
}

const stderrTail = 8_000;

/** How long after a worker's exit its pipes are read; a process of its own that outlives it may hold them open for ever. */
const lastWords = 1_000;

interface Pending {
  readonly id: unknown;
  readonly resolve: (message: Message) => void;
  readonly reject: (failure: WorkerFailure) => void;
  readonly timer: NodeJS.Timeout;
}

export class Worker {
  /** Resolves when the process is no more, however it ended. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #requests: Duplex;
  readonly #deadline: number;
  readonly #hello: Promise<Replies['hello']>;
  #pending: Pending | undefined;
  #stderr = '';
  #death: WorkerFailure | undefined;
  #nextId = 1;

  /** Starts the process and greets it; `hello` tells how that went. */
  constructor(backend: Backend, { root, threads, core, deadline, backends = null, wrapper }: WorkerOptions) {
    this.#deadline = deadline;
    this.#child = launchWorker(backend, core, { ...process.env, ...backend.env(threads) }, wrapper);
    this.#requests = this.#child.stdio[requestFd] as Duplex;
    this.gone = this.#watch();
    this.#hello = this.#call('hello', {
      op: 'hello',
      protocol: protocolVersion,
      backend: backend.id,
      threads,
      root,
      backends,
    });
    // Whoever needs the greeting awaits it; a worker that is closed before must not become an unhandled rejection.
    this.#hello.catch(() => undefined);
  }

  hello(): Promise<Replies['hello']> {
    return this.#hello;
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Seconds that others have kept it from its core; see waiting.ts. */
  waited(): number | null {
    return this.pid === undefined ? null : waitedBy(this.pid);
  }

  /** `shift` lays the session elsewhere in memory; a session that is open is closed first. */
  async open(path: string, ranges: Ranges = {}, shift = 0): Promise<Replies['open']> {
    await this.#hello;
    return this.#call('open', { op: 'open', path, shift, ranges });
  }

  run(feeds: TensorMap): Promise<Replies['run']> {
    return this.#call('run', { op: 'run', feeds });
  }

  /** Rejects what no clock can have measured: it must not come near a verdict. */
  async sample(feeds: TensorMap, warmup: number, iterations: number): Promise<Replies['sample']> {
    const sampled = await this.#call('sample', { op: 'sample', feeds, warmup, iterations });
    demandDurations(sampled.samples);
    return sampled;
  }

  async kernels(path: string, feeds: TensorMap): Promise<Replies['kernels']> {
    await this.#hello;
    return this.#call('kernels', { op: 'kernels', path, feeds });
  }

  /** Ends the process and waits until it is gone. The session is not closed first: the system frees faster and cannot hang. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  async #call<Op extends Request['op']>(op: Op, request: Request): Promise<Replies[Op]> {
    const { feeds = {}, ...fields } = request as { feeds?: TensorMap };
    const reply = await this.#exchange({ fields: { ...fields, id: this.#nextId++ }, tensors: feeds });
    if (reply.fields['ok'] !== true) throw new WorkerFailure('refused', String(reply.fields['error']));
    return { ...reply.fields, ...(op === 'run' && { outputs: reply.tensors }) } as Replies[Op];
  }

  #exchange(message: Message): Promise<Message> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    if (this.#pending !== undefined) throw new Error('a worker answers one request at a time');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#overrun(String(message.fields['op'])), this.#deadline * 1e3);
      this.#pending = { id: message.fields['id'], resolve, reject, timer };
      for (const chunk of encodeFrame(message)) this.#requests.write(chunk);
    });
  }

  #overrun(op: string): void {
    this.#die(new WorkerFailure('timed-out', `${op} did not return within ${this.#deadline} s; the worker was killed`));
    this.#child.kill('SIGKILL');
  }

  #settle(message: Message): void {
    const pending = this.#pending;
    const { id } = message.fields;
    if (pending === undefined || pending.id !== id)
      throw new RangeError(
        `the worker answered request ${String(id)} while ${pending === undefined ? 'none' : String(pending.id)} was asked`,
      );
    this.#pending = undefined;
    clearTimeout(pending.timer);
    pending.resolve(message);
  }

  #die(failure: WorkerFailure): void {
    this.#death ??= failure;
    clearTimeout(this.#pending?.timer);
    this.#pending?.reject(this.#death);
    this.#pending = undefined;
  }

  #watch(): Promise<void> {
    const reader = new FrameReader((message) => this.#settle(message));
    const fail = (error: Error): void => this.#die(new WorkerFailure('crashed', error.message));
    // A worker that dies breaks its pipe; the exit event tells the story, the broken pipe must not throw.
    this.#requests.on('error', () => undefined);
    const replies = this.#child.stdio[replyFd] as Duplex;
    replies.on('error', fail).on('data', (chunk: Uint8Array) => {
      try {
        reader.push(chunk);
      } catch (error) {
        fail(error as Error);
        this.#child.kill('SIGKILL');
      }
    });
    this.#child.stdout?.resume();
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-stderrTail);
    });
    return new Promise((resolve) => {
      this.#child.on('error', (error) => {
        fail(error);
        resolve();
      });
      this.#child.on('exit', () =>
        setTimeout(() => this.#child.stdio.forEach((stream) => stream?.destroy()), lastWords).unref(),
      );
      this.#child.on('close', (code, signal) => {
        this.#die(new WorkerFailure('crashed', describeExit(code, signal, this.#stderr)));
        resolve();
      });
    });
  }
}

function describeExit(code: number | null, signal: string | null, stderr: string): string {
  const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
  const lines = stderr.trim().split('\n');
  // Node follows it with a page of addresses.
  const fatal = lines.filter((line) => /^(FATAL ERROR|terminate called)/.test(line));
  const tail = (fatal.length > 0 ? fatal : lines.slice(-3)).join(' | ');
  return tail === '' ? `the worker ${how}` : `the worker ${how}; it last wrote: ${tail}`;
}
