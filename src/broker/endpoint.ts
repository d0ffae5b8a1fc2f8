/**
 * How spec processes reach the one run: a local socket (a named pipe on Windows) that only this user can open. Messages are
 * v8-serialized, so that NaN and infinities arrive as they are, each led by its length as u32 LE.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

interface Question {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export type Methods = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

export interface Endpoint {
  /** What `connectTo` takes. */
  readonly address: string;
  close(): void;
}

/** Answers questions until closed. */
export async function serveEndpoint(methods: Methods): Promise<Endpoint> {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-'));
  const address =
    process.platform === 'win32' ? `\\\\.\\pipe\\onpar-${randomBytes(8).toString('hex')}` : join(folder, 'run.sock');
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => sockets.delete(socket));
    receive(socket, (message) => {
      void answer(methods, message as Question).then((reply) => send(socket, reply));
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
  server.unref();
  return {
    address,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answer(methods: Methods, { id, method, argument }: Question): Promise<Reply> {
  try {
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (handler === undefined) throw new Error(`no method ${method}`);
    return { id, value: await handler(argument as never) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

export interface Connection {
  ask(method: string, argument: unknown): Promise<unknown>;
}

/** Connects to a running endpoint. Every question still open is rejected when the run goes away. */
export function connectTo(address: string): Connection {
  const socket = connect(address);
  // A spec process may end while the socket is idle.
  socket.unref();
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  let cause = '';
  const ended = (): Error => new Error(`the onpar run has ended${cause}`);
  socket
    .on('error', ({ message }) => (cause = ` (${message})`))
    .on('close', () => {
      for (const { reject } of open.values()) reject(ended());
      open.clear();
    });
  receive(socket, (message) => {
    const { id, value, error } = message as Reply;
    const question = open.get(id);
    open.delete(id);
    if (open.size === 0) socket.unref();
    if (error === undefined) question?.resolve(value);
    else question?.reject(new Error(error));
  });
  return {
    ask: (method, argument) =>
      new Promise((resolve, reject) => {
        if (socket.closed) return reject(ended());
        const id = nextId++;
        open.set(id, { resolve, reject });
        socket.ref();
        return send(socket, { id, method, argument });
      }),
  };
}

function send(socket: Socket, message: Question | Reply): void {
  const body = serialize(message);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.byteLength);
  socket.write(Buffer.concat([length, body]));
}

function receive(socket: Socket, onMessage: (message: unknown) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.byteLength >= 4 && pending.byteLength >= 4 + pending.readUInt32LE(0)) {
      const end = 4 + pending.readUInt32LE(0);
      onMessage(deserialize(pending.subarray(4, end)));
      pending = pending.subarray(end);
    }
  });
}
