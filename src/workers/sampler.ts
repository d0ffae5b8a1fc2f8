/** Takes the samples of one visit inside the worker. tinybench times the calls; order, visits and warm-up are the harness's. */
import { Bench, hrtimeNowTimestampProvider } from 'tinybench';
import type { Sampled } from './protocol.ts';

/** Times `iterations` calls one by one after `warmup` untimed ones. Durations in seconds. */
export async function sampleCalls(call: () => Promise<void>, warmup: number, iterations: number): Promise<Sampled> {
  for (let index = 0; index < warmup; index += 1) await call();
  const start = process.hrtime.bigint();
  const samples = await timeCalls(call, iterations);
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const nothing = await timeCalls(async () => {}, Math.min(iterations, 101));
  return { samples, overhead: middle(nothing), wallPerCall: wall / iterations };
}

async function timeCalls(call: () => Promise<void>, iterations: number): Promise<number[]> {
  // time: 0 with fixed iterations: the harness decides how many calls a visit has, so that two arms get equally many.
  const bench = new Bench({
    iterations,
    time: 0,
    warmup: false,
    retainSamples: true,
    timestampProvider: forward(),
    throws: true,
  });
  bench.add('call', call, { async: true });
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`sampling ended as ${result?.state ?? 'nothing'}`);
  const samples = result.latency.samples;
  if (samples === undefined || samples.length !== iterations)
    throw new Error(`asked for ${iterations} samples, got ${samples?.length ?? 0}`);
  return Array.from(samples, (milliseconds) => milliseconds / 1e3);
}

/** Throws where the clock steps back: tinybench would go on until the negative time is made up for. */
function forward(): typeof hrtimeNowTimestampProvider {
  const { fn } = hrtimeNowTimestampProvider;
  let last: ReturnType<typeof fn> | undefined;
  return {
    ...hrtimeNowTimestampProvider,
    fn: () => {
      const now = fn();
      if (last !== undefined && now < last)
        throw new Error(
          `the clock stepped back between two calls; nothing is judged by it, run again with a monotonic clock`,
        );
      last = now;
      return now;
    },
  };
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
