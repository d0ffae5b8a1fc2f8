import { torchBackend } from './runtimes/torch.ts';

/** torch.compile: inductor writes C++ and calls a compiler. */
export const backend = torchBackend({
  id: 'torch/compile',
  // It compiles each model for half a minute, and again for a batch of one: nothing for a commit.
  limits: { images: { commit: 0, full: Infinity } },
});
