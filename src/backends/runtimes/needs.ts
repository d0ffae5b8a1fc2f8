/**
 * What backends need that npm does not bring, found out from the names of files alone: the harness loads no driver and starts nothing to
 * learn that one is missing. A worker that loads the runtime has the last word.
 */
import type { System } from '../../workers/system.ts';

/** One thing that a backend needs. */
export interface Need {
  /** Hardware with its driver, which no command brings; or a library, which one does. */
  readonly kind: 'hardware' | 'library';
  readonly name: string;
  /** Version or file found; null where it is missing. */
  readonly found: string | null;
  /** Why it is not enough, as a clause; null where it is. */
  readonly lacks: string | null;
  /** The command or place that brings it. */
  readonly fix: string;
}

/** What is missing, in words. */
export const lackOf = ({ name, lacks }: Need): string => `${name}: ${lacks ?? 'here'}`;

/** What looking needs: the system, and where a package of npm lies (null where it does not resolve). */
export interface Host extends System {
  folderOf(name: string): string | null;
}

/** NVIDIA's first driver for CUDA 12 (CUDA Toolkit release notes, table 3). */
const leastDriver = 525;

export function nvidiaDriver(host: Host): Need {
  const need = {
    kind: 'hardware',
    name: `NVIDIA driver ${leastDriver} or later`,
    fix: 'https://www.nvidia.com/drivers',
  } as const;
  const version = /Kernel Module(?: for \S+)?\s+(\d+[\d.]*)/.exec(host.read('/proc/driver/nvidia/version') ?? '')?.[1];
  if (version !== undefined && Number.parseFloat(version) < leastDriver)
    return { ...need, found: version, lacks: `${version} is here` };
  const found = version ?? nvidiaDevice(host);
  return { ...need, found, lacks: found === null ? `no ${device[host.platform] ?? 'CUDA on this system'}` : null };
}

/** By its name, without a version: a container may show that alone; under WSL it is dxg. */
const nvidiaDevice = ({ platform, list }: Host): string | null => {
  if (platform === 'win32') return list(String.raw`C:\Windows\System32`).find((name) => name === 'nvcuda.dll') ?? null;
  return platform === 'linux' ? (list('/dev').find((name) => ['nvidiactl', 'dxg'].includes(name)) ?? null) : null;
};

const device: Readonly<Record<string, string>> = { linux: '/dev/nvidiactl', win32: 'nvcuda.dll' };

/** A shared library by the name that a program asks the loader for, such as libcudnn.so.9. */
export function sharedLibrary(host: Host, file: string, product: string, fix: string): Need {
  const found = foldersOf(host).flatMap((folder) => host.list(folder).filter((name) => name.startsWith(file)));
  // The longest name has the whole version: libcudnn.so.9.1.0.
  const [longest = null] = found.toSorted((a, b) => b.length - a.length);
  const lacks = longest === null ? `no ${file} in LD_LIBRARY_PATH or a folder of the loader` : null;
  return { kind: 'library', name: product, found: longest, lacks, fix };
}

/** Where the loader looks, without its cache: LD_LIBRARY_PATH, its configuration, and the folders of distributions and of CUDA. */
function foldersOf({ env, read, list }: Host): readonly string[] {
  const configured = list('/etc/ld.so.conf.d').flatMap((name) => (read(`/etc/ld.so.conf.d/${name}`) ?? '').split('\n'));
  const cuda = list('/usr/local').filter((name) => name.startsWith('cuda'));
  const usual = [
    '/usr/lib',
    '/usr/lib64',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib/wsl/lib',
  ];
  return [
    ...(env['LD_LIBRARY_PATH'] ?? '').split(':'),
    ...configured.map((line) => line.trim()),
    ...cuda.map((name) => `/usr/local/${name}/lib64`),
    ...usual,
  ].filter((folder) => folder.startsWith('/'));
}

/** A render node of the kernel, NVIDIA's own driver, or a driver of Vulkan that was installed (Mesa has one for the CPU). */
export function gpuForVulkan({ list }: Host): Need {
  const render = list('/dev/dri').find((name) => name.startsWith('renderD'));
  const nvidia = list('/dev').find((name) => name === 'nvidiactl');
  const driver = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].flatMap((folder) => list(folder))[0];
  const found = render ?? nvidia ?? driver ?? null;
  const lacks = found === null ? 'no /dev/dri/renderD* and no driver' : null;
  return {
    kind: 'hardware',
    name: 'GPU with a driver of Vulkan',
    found,
    lacks,
    fix: 'apt-get install mesa-vulkan-drivers',
  };
}
