import { cudaNeeds, ortNodeBackend } from './runtimes/ort-node.ts';

/** ONNX Runtime on an NVIDIA GPU. A call copies its inputs there and its outputs back, and is over when they are here. */
export const backend = ortNodeBackend({
  place: 'cuda',
  providers: ['cuda'],
  provider: 'CUDAExecutionProvider',
  needs: cudaNeeds,
});
