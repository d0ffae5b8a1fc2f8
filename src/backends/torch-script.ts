import { torchBackend } from './runtimes/torch.ts';

/** TorchScript: traced, frozen and optimized for inference. */
export const backend = torchBackend({ id: 'torch/script' });
