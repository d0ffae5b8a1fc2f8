import { torchBackend } from './runtimes/torch.ts';

/** PyTorch with dynamic quantization of the linears. */
export const backend = torchBackend({ id: 'torch/int8', formats: ['torch-int8'] });
