/** What the torch backends share: where they run, what brings them, what they can afford. Their runtime is ../python/torch_model.py. */
import type { Limits, PythonBackend } from '../backend.ts';
import { noLimits } from '../backend.ts';

type Own = Pick<PythonBackend, 'id'> &
  Partial<Pick<PythonBackend, 'formats' | 'needs'>> & { readonly limits?: Partial<Limits> };

export const torchBackend = ({ id, formats = ['torch'], limits, needs }: Own): PythonBackend => ({
  id,
  formats,
  host: 'python',
  packages: [],
  ...(needs && { needs }),
  bring: 'npx onpar provision torch, or set ONPAR_PYTHON to a Python with torch 2',
  // A worker takes seconds to load torch: fewer images make up for it on a commit.
  limits: { ...noLimits, images: { commit: 1_000, full: Infinity }, ...limits },
  takesThreads: true,
  jit: true,
  env: (threads): Readonly<Record<string, string>> =>
    threads > 0 ? { OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` } : {},
});
