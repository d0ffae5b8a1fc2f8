import { ortNodeBackend } from './runtimes/ort-node.ts';

/** ONNX Runtime's native binding on the CPU (MLAS kernels). */
export const backend = ortNodeBackend({ place: 'cpu', providers: ['cpu'], provider: 'CPUExecutionProvider' });
