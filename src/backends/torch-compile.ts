import { torchBackend } from './runtimes/torch.ts';

/** torch.compile: inductor writes C++ and calls a compiler, some ten seconds for each model that is opened. */
export const backend = torchBackend({ id: 'torch/compile' });
