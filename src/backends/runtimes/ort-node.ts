/** What the backends of onnxruntime-node share: the binding, how it is loaded, and the files that its install script fetches for CUDA. */
import { join } from 'node:path';
import type { NodeBackend, Runtime } from '../backend.ts';
import { noLimits } from '../backend.ts';
import { nvidiaDriver, sharedLibrary } from './needs.ts';
import type { Host, Need } from './needs.ts';
import { openOrtSession, ortKernels, tinyModel } from './onnxruntime.ts';
import type { Ort } from './onnxruntime.ts';

export interface OrtNodeOptions {
  readonly place: string;
  /** In the order of preference; the first is the one that is asked for. */
  readonly providers: readonly string[];
  /** In the runtime's words. */
  readonly provider: string;
  readonly needs?: NodeBackend['needs'];
  /** Opens a session of its own kind. */
  readonly open?: (ort: Ort, options: object) => Runtime['open'];
}

const bring = 'npm install --save-dev --ignore-scripts onnxruntime-node';

export const ortNodeBackend = ({ place, providers, provider, needs, open }: OrtNodeOptions): NodeBackend => ({
  id: `ort-node/${place}`,
  formats: ['onnx'],
  packages: ['onnxruntime-node'],
  bring,
  limits: noLimits,
  takesThreads: place === 'cpu',
  jit: false,
  env: () => ({}),
  ...(needs && { needs }),
  ...(open && { builds: true }),
  async load({ threads, require }) {
    const ort = require('onnxruntime-node') as Ort;
    // Only these providers are asked for, so nothing can fall back to another one unseen.
    const options = {
      executionProviders: providers,
      logSeverityLevel: 3,
      ...(threads > 0 && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    };
    if (place !== 'cpu') await tryProvider(ort, options);
    return {
      version: ort.env.versions['node'] ?? 'unknown',
      provider,
      open: open?.(ort, options) ?? ((path) => openOrtSession(ort, path, options)),
      kernels: (path, feeds) => ortKernels(ort, path, options, feeds),
    };
  },
});

/** The binding loads a provider with the first session: whether it can must be known before a model is blamed. */
async function tryProvider(ort: Ort, options: object): Promise<void> {
  const session = await ort.InferenceSession.create(tinyModel(13), options);
  await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
  await session.release();
}

const cudaToolkit = 'install CUDA 12: https://developer.nvidia.com/cuda-downloads';

/** As onnxruntime-node 1.2x and 1.3x: CUDA 12 and cuDNN 9, on Linux x64 alone (its script/install-metadata.js). */
export const cudaNeeds = (host: Host): readonly Need[] => [
  nvidiaDriver(host),
  fetched(host, 'cuda'),
  sharedLibrary(host, 'libcudart.so.12', 'CUDA 12', cudaToolkit),
  sharedLibrary(host, 'libcublasLt.so.12', 'cuBLAS 12', cudaToolkit),
  sharedLibrary(host, 'libcufft.so.11', 'cuFFT 11', cudaToolkit),
  sharedLibrary(host, 'libcudnn.so.9', 'cuDNN 9', 'install cuDNN 9: https://developer.nvidia.com/cudnn-downloads'),
];

export const tensorrtNeeds = (host: Host): readonly Need[] => [
  ...cudaNeeds(host),
  fetched(host, 'tensorrt'),
  sharedLibrary(host, 'libnvinfer.so.10', 'TensorRT 10', 'install TensorRT 10: https://developer.nvidia.com/tensorrt'),
];

/** A provider's library, which the package does not carry: its install script fetches it, and is not run by onpar. */
function fetched(host: Host, provider: string): Need {
  const file = `libonnxruntime_providers_${provider}.so`;
  const fix = 'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js';
  const need = { kind: 'library', name: `${provider} provider of onnxruntime-node`, found: null, fix } as const;
  if (host.platform !== 'linux' || host.arch !== 'x64')
    return { ...need, lacks: `there is none for ${host.platform} ${host.arch}` };
  const folder = host.folderOf('onnxruntime-node');
  const bin = folder === null ? '' : join(folder, 'bin');
  const found = host.list(bin).find((napi) => host.list(join(bin, napi, 'linux', 'x64')).includes(file));
  return found === undefined
    ? { ...need, lacks: `no ${file} in its package` }
    : { ...need, found: join('bin', found, 'linux', 'x64', file), lacks: null };
}
