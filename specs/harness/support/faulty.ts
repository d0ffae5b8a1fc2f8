/** Backends whose worker process misbehaves: faults/preload.mjs is loaded into it through the environment that a backend gives it. */
import type { Backend } from '../../../src/backends/backend.ts';

const preload = new URL('../faults/preload.mjs', import.meta.url).href;

/** Environment of a process whose workers misbehave; `fault` is such as SIGSEGV@run. */
export const faultEnv = (fault: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${preload}`,
  ONPAR_FAULT: fault,
});

/** `pidFile` is where the process writes its id. */
export const faulty = (backend: Backend, fault: string, pidFile?: string): Backend => ({
  ...backend,
  env: (threads) => ({
    ...backend.env(threads),
    ...faultEnv(fault),
    ...(pidFile !== undefined && { ONPAR_FAULT_PID: pidFile }),
  }),
});
