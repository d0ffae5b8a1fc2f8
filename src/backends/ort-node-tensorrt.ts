import { ortNodeBackend, tensorrtNeeds } from './runtimes/ort-node.ts';
import { openTensorrt } from './runtimes/tensorrt.ts';

/** ONNX Runtime with TensorRT engines; operators that TensorRT lacks run on the CUDA provider. */
export const backend = ortNodeBackend({
  place: 'tensorrt',
  providers: ['tensorrt', 'cuda'],
  provider: 'TensorrtExecutionProvider',
  needs: tensorrtNeeds,
  open: openTensorrt,
});
