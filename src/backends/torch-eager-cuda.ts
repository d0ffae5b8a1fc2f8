import { nvidiaDriver } from './runtimes/needs.ts';
import { torchBackend } from './runtimes/torch.ts';

/** PyTorch on an NVIDIA GPU. The rest of CUDA comes with its package. */
export const backend = torchBackend({ id: 'torch/eager@cuda', needs: (host) => [nvidiaDriver(host)] });
