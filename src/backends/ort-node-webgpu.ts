import { gpuForVulkan, sharedLibrary } from './runtimes/needs.ts';
import { ortNodeBackend } from './runtimes/ort-node.ts';

/** ONNX Runtime on WebGPU (Dawn), which the package carries: over Vulkan on Linux, Metal or Direct3D elsewhere. */
export const backend = ortNodeBackend({
  place: 'webgpu',
  providers: ['webgpu'],
  provider: 'WebGpuExecutionProvider',
  needs: (host) =>
    host.platform === 'linux'
      ? [gpuForVulkan(host), sharedLibrary(host, 'libvulkan.so.1', 'Vulkan loader', 'apt-get install libvulkan1')]
      : [],
});
