import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, type MachineFacts } from '../../../src/baselines/fingerprint.ts';
import { isaClassOf } from '../../../src/baselines/isa.ts';
import { factsFrom, readMachine } from '../../../src/baselines/read-machine.ts';

const avx512 = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];
const epyc: MachineFacts = {
  cpu: 'AMD EPYC',
  vendor: 'AuthenticAMD',
  family: '25',
  model: '17',
  stepping: '1',
  arch: 'x64',
  flags: ['fpu', 'sse', 'avx', 'avx2', 'fma', ...avx512, 'avx512_vnni'],
  caches: ['L1 data 32K', 'L2 unified 1024K'],
  cores: 2,
  quota: null,
  virtual: 'virtual',
  os: 'linux',
  kernel: '6',
};
const idOf = (more: Partial<MachineFacts> = {}): string => fingerprintOf({ ...epyc, ...more }).fingerprint;

describe('the id', () => {
  test('can be read', () => {
    expect(idOf()).toMatch(/^amd-epyc-25-17-avx512-vnni-2c-linux-[0-9a-f]{8}$/);
  });

  test.each([
    ['AMD EPYC 7B13 64-Core Processor', 'amd-epyc-7b13-25-17-'],
    ['Intel(R) Xeon(R) Processor @ 2.60GHz', 'intel-xeon-25-17-'],
    ['Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz', 'intel-core-i7-8700-25-17-'],
    ['Apple M2 Pro', 'apple-m2-pro-25-17-'],
    ['unknown', 'x64-25-17-'],
    ['', 'x64-25-17-'],
  ])('of %s', (cpu, start) => {
    expect(idOf({ cpu })).toContain(start);
    expect(idOf({ cpu }).startsWith(start)).toBe(true);
  });

  test('leaves out what is unknown', () => {
    expect(
      idOf({ cpu: 'Apple M2', arch: 'arm64', family: null, model: null, flags: [], os: 'darwin' }),
    ).toMatch(/^apple-m2-arm64-neon-2c-darwin-[0-9a-f]{8}$/);
  });

  test.each<Partial<MachineFacts>>([
    { cpu: 'AMD EPYC 2' },
    { vendor: null },
    { stepping: '2' },
    { flags: epyc.flags.filter((flag) => flag !== 'fma') },
    { caches: ['L1 data 32K', 'L2 unified 2048K'] },
    { cores: 4 },
    { quota: 1.5 },
    { virtual: 'bare' },
    { os: 'win32' },
    { kernel: '5' },
  ])('changes with %j', (more) => {
    expect(idOf(more)).not.toBe(idOf());
  });

  test('does not change with flags that no kernel dispatches on, nor with any order', () => {
    expect(idOf({ flags: [...epyc.flags, 'new_mitigation'].toReversed() })).toBe(idOf());
    expect(idOf({ caches: [...epyc.caches].toReversed() })).toBe(idOf());
    expect(fingerprintOf(epyc).facts.flags).not.toContain('fpu');
    const backwards = Object.fromEntries(Object.entries(epyc).toReversed()) as unknown as MachineFacts;
    expect(fingerprintOf(backwards).fingerprint).toBe(idOf());
  });

  test('is always a folder name', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), fc.string(), (cpu, family, os) => {
        expect(idOf({ cpu, family, os })).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      }),
    );
  });
});

test.each([
  ['x64', ['sse2'], 'x64-baseline'],
  ['x64', ['avx2'], 'x64-baseline'],
  ['x64', ['avx2', 'fma'], 'x64-avx2'],
  ['x64', ['avx2', 'fma', 'avx_vnni'], 'x64-avx2-vnni'],
  ['x64', ['avx2', 'fma', 'avx512f'], 'x64-avx2'],
  ['x64', ['avx2', 'fma', ...avx512], 'x64-avx512'],
  ['x64', [...avx512, 'avx512_vnni'], 'x64-avx512-vnni'],
  ['x64', [...avx512, 'avx512_vnni', 'amx_tile', 'amx_int8'], 'x64-avx512-vnni-amx'],
  ['x64', [...avx512, 'amx_tile'], 'x64-avx512'],
  ['x64', [], 'x64-unknown'],
  ['arm64', [], 'arm64-neon'],
  ['arm64', ['asimddp'], 'arm64-neon-dotprod'],
  ['arm64', ['asimddp', 'i8mm'], 'arm64-neon-dotprod-i8mm'],
  ['riscv64', [], 'riscv64'],
])('%s with %j is %s', (arch, flags, isa) => {
  expect(isaClassOf(arch, flags)).toBe(isa);
});

describe('reading a machine', () => {
  const files = (content: Readonly<Record<string, string>>) => ({
    read: (path: string) => content[path] ?? null,
    list: (path: string) =>
      Object.keys(content)
        .flatMap((name) =>
          name.startsWith(`${path}/`) ? [name.slice(path.length + 1).split('/')[0] ?? ''] : [],
        )
        .filter((name, i, all) => all.indexOf(name) === i),
  });
  const cache = '/sys/devices/system/cpu/cpu0/cache';

  test('x64 Linux', () => {
    const facts = factsFrom(
      files({
        '/proc/cpuinfo':
          'processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Intel(R) Xeon(R): fast\nstepping\t: 8\nflags\t\t: fpu avx2  hypervisor\npower management:\n\nprocessor\t: 1\nmodel\t: 7\n',
        '/proc/self/cgroup': '0::/jobs/7\n',
        '/sys/fs/cgroup/jobs/7/cpu.max': '150000 100000\n',
        '/sys/fs/cgroup/cpu.max': 'max 100000\n',
        [`${cache}/index0/level`]: '1\n',
        [`${cache}/index0/type`]: 'Data\n',
        [`${cache}/index0/size`]: '48K\n',
        [`${cache}/uevent`]: '',
      }),
    );
    expect(facts).toMatchObject({
      cpu: 'Intel(R) Xeon(R): fast',
      vendor: 'GenuineIntel',
      family: '6',
      model: '143',
      stepping: '8',
      flags: ['fpu', 'avx2', 'hypervisor'],
      virtual: 'virtual',
      quota: 1.5,
      caches: ['L1 data 48K'],
    });
  });

  test('arm64 Linux', () => {
    const facts = factsFrom(
      files({
        '/proc/cpuinfo':
          'processor\t: 0\nFeatures\t: fp asimd asimddp\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\nCPU revision\t: 1\n',
      }),
    );
    expect(facts).toMatchObject({
      vendor: '0x41',
      family: '8',
      model: '0xd0c',
      stepping: '1',
      flags: ['fp', 'asimd', 'asimddp'],
      virtual: 'bare',
      quota: null,
      caches: [],
    });
  });

  test.each([
    [{ '/sys/fs/cgroup/cpu.max': 'max 100000' }, null],
    [{ '/sys/fs/cgroup/cpu.max': '50000 100000' }, 0.5],
    [{ '/proc/self/cgroup': '0::/gone', '/sys/fs/cgroup/cpu.max': '200000 100000' }, 2],
    [{ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' }, null],
    [{ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '50000' }, 2],
    [{ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '0' }, null],
    [{}, null],
  ])('quota of %j is %s', (content, quota) => {
    expect(factsFrom(files(content as Readonly<Record<string, string>>)).quota).toBe(quota);
  });

  test('elsewhere: what Node knows, the rest unknown', () => {
    const facts = factsFrom(files({}));
    expect(facts).toMatchObject({
      vendor: null,
      family: null,
      model: null,
      stepping: null,
      flags: [],
      caches: [],
      virtual: 'unknown',
    });
    expect(facts.cores).toBeGreaterThan(0);
    expect(facts.kernel).toMatch(/^\d+$/);
  });

  test('this machine has one fingerprint', () => {
    expect(readMachine().fingerprint).toMatch(/^[a-z0-9-]+-[0-9a-f]{8}$/);
    expect(readMachine()).toBe(readMachine());
  });
});
