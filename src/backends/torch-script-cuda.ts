import { nvidiaDriver } from './runtimes/needs.ts';
import { torchBackend } from './runtimes/torch.ts';

/** TorchScript on an NVIDIA GPU. */
export const backend = torchBackend({ id: 'torch/script@cuda', needs: (host) => [nvidiaDriver(host)] });
