/** Python for specs: any that runs, without a package, hosts test/echo; torch needs the one of the torch backends. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PythonBackend } from '../../../src/backends/backend.ts';
import { torchBackend } from '../../../src/backends/runtimes/torch.ts';
import { pythonOf } from '../../../src/workers/python.ts';

export const plainPython = 'python3';

export const hasPython = spawnSync(plainPython, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;

/** Without loading it, which takes seconds. */
export const hasTorch =
  spawnSync(pythonOf(process.env), ['-c', 'import importlib.util as u; raise SystemExit(u.find_spec("torch") is None)'])
    .status === 0;

/** Hands back what it is fed; its model file names a fault. See ../faults/python/test_echo.py. */
export const echo: PythonBackend = { ...torchBackend({ id: 'test/echo' }), env: () => ({ ONPAR_PYTHON: plainPython }) };

export const faultsFolder = fileURLToPath(new URL('../faults', import.meta.url));
