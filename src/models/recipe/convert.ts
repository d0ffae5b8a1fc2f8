/** Makes an artifact of another one with the tools of Python's onnxruntime. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pythonFault, pythonOf } from '../../workers/python.ts';
import { CannotMake } from './cannot-make.ts';

const script = fileURLToPath(new URL('convert.py', import.meta.url));
const bring = 'npx onpar provision torch, or set ONPAR_PYTHON to a Python with onnx and onnxruntime';

interface Conversion {
  readonly source: string;
  readonly target: string;
  readonly ranges: string | null;
  readonly env: NodeJS.ProcessEnv;
}

/** `ranges` are those of the activations, where the conversion needs them. Rejects with CannotMake where Python, or a package of it, is not here. */
export async function convertModel(conversion: string, { source, target, ranges, env }: Conversion): Promise<void> {
  const fault = pythonFault(env);
  if (fault !== null) throw new CannotMake({ what: `is made in Python: ${fault}`, where: target, fix: bring });
  const words = [script, conversion, source, target, ...(ranges === null ? [] : [ranges])];
  // Sets of names are walked in the order of their hashes: with another one the same graph has other bytes.
  const hashed = { ...env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(pythonOf(env), words, { env: hashed, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  if (code === 0) return;
  const last = said.trim().split('\n').at(-1) ?? '';
  throw new CannotMake({
    what: `could not be made in Python: ${last || `ended with ${code}`}`,
    where: target,
    fix: bring,
  });
}
