import { describe, expect, test } from 'vitest';
import { findBackend, listBackends } from '../../../src/backends/registry.ts';
import { idleBackends } from '../../../src/backends/runtimes/host.ts';
import { gpuForVulkan, lackOf, nvidiaDriver, sharedLibrary } from '../../../src/backends/runtimes/needs.ts';
import type { Host } from '../../../src/backends/runtimes/needs.ts';

/** A host of nothing but these files: folder/name, or a text under its path. */
function hostOf(
  files: readonly string[],
  more: Partial<Host> & { texts?: Readonly<Record<string, string>> } = {},
): Host {
  const { texts = {}, ...rest } = more;
  const all = [...files, ...Object.keys(texts)];
  return {
    platform: 'linux',
    arch: 'x64',
    env: {},
    read: (path) => texts[path] ?? null,
    list: (folder) => [
      ...new Set(
        all.flatMap((path) =>
          path.startsWith(`${folder}/`) ? (path.slice(folder.length + 1).split('/')[0] ?? '') : [],
        ),
      ),
    ],
    folderOf: (name) => `/project/node_modules/${name}`,
    ...rest,
  };
}

const version = (text: string): Host => hostOf([], { texts: { '/proc/driver/nvidia/version': text } });

describe("NVIDIA's driver", () => {
  test.each([
    ['550.54.15', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024'],
    ['570.86.10', 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.10  Release Build'],
    ['525.60.13', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  525.60.13  Wed Nov 30'],
  ])('%s is here', (found, text) => {
    expect(nvidiaDriver(version(text))).toMatchObject({ found, lacks: null, kind: 'hardware' });
  });

  test('of the time before CUDA 12 is too old, by its version', () => {
    const old = nvidiaDriver(version('NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2'));
    expect(lackOf(old)).toBe('NVIDIA driver 525 or later: 470.256.02 is here');
  });

  test.each([
    ['a container', hostOf(['/dev/nvidiactl']), 'nvidiactl'],
    ['WSL', hostOf(['/dev/dxg']), 'dxg'],
    ['Windows', hostOf([], { platform: 'win32', list: () => ['kernel32.dll', 'nvcuda.dll'] }), 'nvcuda.dll'],
  ])('is taken from its device alone in %s', (_, host, found) => {
    expect(nvidiaDriver(host)).toMatchObject({ found, lacks: null });
  });

  test.each([
    ['Linux', hostOf(['/dev/null']), 'no /dev/nvidiactl'],
    ['Windows', hostOf([], { platform: 'win32' }), 'no nvcuda.dll'],
    ['macOS', hostOf(['/dev/nvidiactl'], { platform: 'darwin' }), 'no CUDA on this system'],
  ])('is missing on %s', (_, host, lacks) => {
    expect(nvidiaDriver(host)).toMatchObject({ found: null, lacks });
  });
});

describe('a shared library', () => {
  const cudnn = (host: Host): ReturnType<typeof sharedLibrary> =>
    sharedLibrary(host, 'libcudnn.so.9', 'cuDNN 9', 'install it');

  test.each([
    ['LD_LIBRARY_PATH', hostOf(['/opt/cudnn/libcudnn.so.9'], { env: { LD_LIBRARY_PATH: ':/opt/cudnn' } })],
    [
      "the loader's configuration",
      hostOf(['/opt/nv/libcudnn.so.9'], { texts: { '/etc/ld.so.conf.d/nv.conf': '# nv\n/opt/nv\n' } }),
    ],
    ["CUDA's own folder", hostOf(['/usr/local/cuda-12.8/lib64/libcudnn.so.9'])],
    ['a folder of the distribution', hostOf(['/usr/lib/x86_64-linux-gnu/libcudnn.so.9'])],
  ])('is found in %s', (_, host) => {
    expect(cudnn(host)).toMatchObject({ found: 'libcudnn.so.9', lacks: null });
  });

  test('is told by its whole version, and another major version is none', () => {
    const folder = '/usr/lib/x86_64-linux-gnu';
    const names = ['libcudnn.so', 'libcudnn.so.9', 'libcudnn.so.9.1.0', 'libcudnn.so.8.9.7'];
    expect(cudnn(hostOf(names.map((name) => `${folder}/${name}`)))).toMatchObject({ found: 'libcudnn.so.9.1.0' });
    const old = cudnn(hostOf([`${folder}/libcudnn.so.8.9.7`]));
    expect(old).toMatchObject({ found: null, kind: 'library', fix: 'install it' });
    expect(lackOf(old)).toBe('cuDNN 9: no libcudnn.so.9 in LD_LIBRARY_PATH or a folder of the loader');
  });
});

test.each([
  ['/dev/dri/renderD128', 'renderD128'],
  ['/dev/nvidiactl', 'nvidiactl'],
  ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', 'lvp_icd.x86_64.json'],
  ['/dev/dri/card0', null],
])('%s as a GPU for Vulkan: %s', (path, found) => {
  expect(gpuForVulkan(hostOf([path])).found).toBe(found);
});

describe('the backends', () => {
  const driver = { '/proc/driver/nvidia/version': 'NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue' };
  const bin = '/project/node_modules/onnxruntime-node/bin/napi-v6/linux/x64';
  const cuda = ['libcudart.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcudnn.so.9'].map(
    (name) => `/usr/lib64/${name}`,
  );
  const lacks = async (id: string, host: Host): Promise<string[]> =>
    ((await findBackend(id)).needs?.(host) ?? []).filter((need) => need.lacks !== null).map(lackOf);

  test('for CUDA need the driver, the fetched provider, CUDA and cuDNN, each by name', async () => {
    expect(await lacks('ort-node/cuda', hostOf([]))).toEqual([
      'NVIDIA driver 525 or later: no /dev/nvidiactl',
      'cuda provider of onnxruntime-node: no libonnxruntime_providers_cuda.so in its package',
      ...[
        'CUDA 12: no libcudart.so.12',
        'cuBLAS 12: no libcublasLt.so.12',
        'cuFFT 11: no libcufft.so.11',
        'cuDNN 9: no libcudnn.so.9',
      ].map((text) => `${text} in LD_LIBRARY_PATH or a folder of the loader`),
    ]);
    const all = hostOf([...cuda, `${bin}/libonnxruntime_providers_cuda.so`], { texts: driver });
    expect(await lacks('ort-node/cuda', all)).toEqual([]);
    expect(await lacks('torch/eager@cuda', hostOf([], { texts: driver }))).toEqual([]);
  });

  test('for TensorRT need that as well', async () => {
    const host = hostOf([...cuda, `${bin}/libonnxruntime_providers_cuda.so`], { texts: driver });
    expect(await lacks('ort-node/tensorrt', host)).toEqual([
      'tensorrt provider of onnxruntime-node: no libonnxruntime_providers_tensorrt.so in its package',
      'TensorRT 10: no libnvinfer.so.10 in LD_LIBRARY_PATH or a folder of the loader',
    ]);
  });

  test('of onnxruntime-node have no CUDA where its package has none, and none without the package', async () => {
    const arm = hostOf(cuda, { texts: driver, arch: 'arm64' });
    expect(await lacks('ort-node/cuda', arm)).toEqual([
      'cuda provider of onnxruntime-node: there is none for linux arm64',
    ]);
    const bare = hostOf(cuda, { texts: driver, folderOf: () => null });
    expect(await lacks('ort-node/cuda', bare)).toHaveLength(1);
  });

  test('for WebGPU need Vulkan on Linux and nothing elsewhere', async () => {
    expect(await lacks('ort-node/webgpu', hostOf(['/dev/dri/renderD128', '/usr/lib/libvulkan.so.1']))).toEqual([]);
    expect(await lacks('ort-node/webgpu', hostOf(['/dev/dri/renderD128']))).toHaveLength(1);
    expect(await lacks('ort-node/webgpu', hostOf([], { platform: 'darwin' }))).toEqual([]);
  });

  test('without their hardware are idle; without a library alone they are not', async () => {
    const backends = await listBackends();
    const gpus = ['ort-node/cuda', 'ort-node/tensorrt', 'ort-node/webgpu', 'torch/eager@cuda', 'torch/script@cuda'];
    expect([...idleBackends(backends, hostOf([])).keys()]).toEqual(gpus);
    expect(idleBackends(backends, hostOf(['/dev/nvidiactl'])).size).toBe(0);
    expect([...idleBackends(backends, hostOf(['/dev/dri/renderD128'])).keys()]).toEqual(
      gpus.filter((id) => !id.endsWith('webgpu')),
    );
  });
});
