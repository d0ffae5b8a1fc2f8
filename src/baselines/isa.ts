/** The instruction-set class of a machine: which kernels runtimes will pick, as far as results may differ by it. Pure; refuses to guess where flags are unknown. */

/** Flags that native kernels dispatch on; others do not make another machine. */
export const dispatchFlags: readonly string[] = [
  'avx', 'avx2', 'fma', 'f16c', 'avx_vnni', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512_vnni', 'avx512_bf16', 'avx512_fp16',
  'amx_tile', 'amx_int8', 'amx_bf16', 'asimd', 'asimddp', 'asimdhp', 'i8mm', 'bf16', 'sve', 'sve2',
]; // prettier-ignore

/** Such as `x64-avx512-vnni-amx` or `arm64-neon-dotprod`; `x64-unknown` where the system does not tell. Never holds `@` or `/`. */
export const isaClassOf = (arch: string, flags: readonly string[]): string => {
  const has = (...wanted: readonly string[]): boolean => wanted.every((flag) => flags.includes(flag));
  if (arch === 'x64') return flags.length === 0 ? 'x64-unknown' : x64(has);
  if (arch === 'arm64') return `arm64-neon${has('asimddp') ? '-dotprod' : ''}${has('i8mm') ? '-i8mm' : ''}`;
  return arch;
};

/** At the end of a key. Backends have an `@` in their names as well: `float32/torch/eager@cuda`. */
export const classSuffix = /@(?:arm|arm64|ia32|loong64|mips|mipsel|ppc64|riscv64|s390x|x64)(?:-[\w-]+)?$/;

type Has = (...flags: readonly string[]) => boolean;

// The same groups as ONNX Runtime's MLAS (onnxruntime/core/mlas/lib/platform.cpp): AVX2 with FMA; AVX-512 F, BW, DQ and VL together; VNNI; AMX.
const x64 = (has: Has): string => {
  if (has('avx512f', 'avx512bw', 'avx512dq', 'avx512vl'))
    return `x64-avx512${has('avx512_vnni') ? '-vnni' : ''}${has('amx_tile', 'amx_int8') ? '-amx' : ''}`;
  if (has('avx2', 'fma')) return has('avx_vnni') ? 'x64-avx2-vnni' : 'x64-avx2';
  return 'x64-baseline';
};
