import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { connectTo, serveEndpoint } from '../../../src/broker/endpoint.ts';
import type { Endpoint } from '../../../src/broker/endpoint.ts';

let endpoint: Endpoint | undefined;
afterEach(() => endpoint?.close());

const serve = async (methods: Parameters<typeof serveEndpoint>[0]): Promise<Endpoint> =>
  (endpoint = await serveEndpoint(methods));

describe('an endpoint', () => {
  test('answers many questions of several connections, each with its own answer', async () => {
    const { address } = await serve({ double: async (value: number) => value * 2 });
    const connections = [connectTo(address), connectTo(address)];
    const asked = Array.from({ length: 50 }, (_, index) => connections[index % 2]?.ask('double', index));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
  });

  test('carries NaN, infinities, undefined and large tensors as they are', async () => {
    const { address } = await serve({ echo: async (value: unknown) => value });
    const value = { nan: NaN, low: -Infinity, zero: -0, none: undefined };
    const data = Float32Array.from({ length: 300_000 }, (_, index) => index);
    const connection = connectTo(address);
    expect(await connection.ask('echo', value)).toStrictEqual(value);
    const echoed = (await connection.ask('echo', data)) as Float32Array;
    expect(
      Buffer.compare(Buffer.from(echoed.buffer, echoed.byteOffset, echoed.byteLength), Buffer.from(data.buffer)),
    ).toBe(0);
  });

  test('passes on what a method throws, and refuses methods that it does not have', async () => {
    const { address } = await serve({ fail: async () => Promise.reject(new Error('the card is torn')) });
    const connection = connectTo(address);
    await expect(connection.ask('fail', null)).rejects.toThrow('the card is torn');
    await expect(connection.ask('dance', null)).rejects.toThrow('no method dance');
    await expect(connection.ask('constructor', null)).rejects.toThrow('no method constructor');
  });

  test('that goes away rejects what is still open, and what is asked later', async () => {
    const served = await serve({ wait: () => new Promise(() => undefined), now: async () => 1 });
    const connection = connectTo(served.address);
    expect(await connection.ask('now', null)).toBe(1);
    const open = connection.ask('wait', null);
    served.close();
    await expect(open).rejects.toThrow('the onpar run has ended');
    await expect(connection.ask('now', null)).rejects.toThrow('the onpar run has ended');
  });

  test('can be reached by this user alone, and leaves no file behind', async () => {
    const served = await serve({});
    const folder = dirname(served.address);
    expect(statSync(folder).mode & 0o077).toBe(0);
    served.close();
    expect(existsSync(folder)).toBe(false);
  });
});
