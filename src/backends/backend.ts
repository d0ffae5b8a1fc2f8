/**
 * A backend is a runtime plus where it runs. One file of this folder = one backend: what it needs, how to bring it, how to
 * open a model and run it. Backend files are light: they load their runtime only inside `load`, in a worker process. A runtime that
 * lives in Python has `load` there: python/<id with underscores>.py.
 */
import type { Dtype, TensorMap } from '../tensor/tensor.ts';
import type { Host, Need } from './runtimes/needs.ts';

/** torch: an architecture in Python that names its weights; torch-int8: the same, quantized as it is opened. */
export type Format = 'onnx' | 'tfjs' | 'torch' | 'torch-int8';

/** Name, dtype and dims of a session's input or output; null is an axis without name or size. */
export interface Signature {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly (number | string | null)[];
}

/** What a backend can afford. A slow oracle says here how little is enough; the plan prints n. */
export interface Limits {
  /** Greatest batch size that is compared and measured. */
  readonly maxBatch: number;
  /** Rows of the reference that parity compares. */
  readonly referenceRows: number;
  /** Images of a data set for accuracy: on each commit, and in the full suite. With 0 nothing at all is asked of it there. */
  readonly images: { readonly commit: number; readonly full: number };
}

export const noLimits: Limits = {
  maxBatch: Infinity,
  referenceRows: Infinity,
  images: { commit: Infinity, full: Infinity },
};

/** Where it runs: in a Node worker, or in a Python one. */
export type Backend = NodeBackend | PythonBackend;

interface Facts {
  /** runtime/place[@device], equal to the file's name with dashes: ort-node-cpu.ts is ort-node/cpu, torch-eager-cuda.ts torch/eager@cuda. */
  readonly id: string;
  readonly formats: readonly Format[];
  /** npm packages that must resolve from the user's project. */
  readonly packages: readonly string[];
  /** What it needs beside packages, such as a driver: looked for in the harness, without loading anything. Absent: nothing. */
  readonly needs?: (host: Host) => readonly Need[];
  /** The command that would bring it. */
  readonly bring: string;
  readonly limits: Limits;
  /** Whether the runtime takes a number of threads. Where it does not, `threads` changes nothing, and nothing is shown under another number. */
  readonly takesThreads: boolean;
  /** Whether its code is compiled while it runs (JavaScript, wasm): its processes are warmed up before they are timed. */
  readonly jit: boolean;
  /** Whether it compiles a model for a range of shapes, which it must be told when it opens one. Absent: no. */
  readonly builds?: boolean;
  /** Environment of its worker process; threads 0 means the runtime's default. */
  env(threads: number): Readonly<Record<string, string>>;
}

export interface PythonBackend extends Facts {
  readonly host: 'python';
}

export interface NodeBackend extends Facts {
  readonly host?: 'node';
  /** Loads the runtime. Called once, in a worker process. */
  load(context: LoadContext): Promise<Runtime>;
}

export interface LoadContext {
  /** Intra-op threads; 0 means the runtime's default. */
  readonly threads: number;
  /** Resolves a package from the user's project and loads it. */
  require(name: string): unknown;
}

export interface Runtime {
  readonly version: string;
  /** The execution provider really used, in the runtime's own words. */
  readonly provider: string;
  /** Opens a model file (.onnx) or folder's model.json (TF.js). Rejects with the runtime's own message. */
  open(path: string, ranges?: Ranges): Promise<Session>;
  /** What it makes of a model: see Kernels. Absent where the runtime cannot say. */
  kernels?(path: string, feeds: TensorMap): Promise<Kernels>;
}

/** Nodes of the optimized graph that one inference runs, counted by execution provider and operator: `CPUExecutionProvider Conv`. */
export type Kernels = Readonly<Record<string, number>>;

/** Least, usual and greatest size of each axis, by input: the shapes that an engine is built for. */
export type Ranges = Readonly<Record<string, readonly (readonly [number, number, number])[]>>;

/** What a runtime compiled of a model when it was opened. */
export interface Engine {
  readonly seconds: number;
  /** Null where it leaves no file. */
  readonly bytes: number | null;
}

export interface Session {
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** Converts feeds once, so that timing a call measures the runtime and not our conversion. */
  bind(feeds: TensorMap): Binding;
  /** Where the runtime builds one. */
  readonly engine?: Engine;
  close(): Promise<void>;
}

export interface Binding {
  /** One inference, finished (synchronized) when the promise resolves. */
  call(): Promise<void>;
  /** Outputs of the last call. */
  outputs(): TensorMap;
  release(): void;
}
