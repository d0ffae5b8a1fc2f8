import { torchBackend } from './runtimes/torch.ts';

/** PyTorch as it is written, one operator after another. */
export const backend = torchBackend({ id: 'torch/eager' });
