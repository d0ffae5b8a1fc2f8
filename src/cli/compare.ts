/** `onpar compare`: decides whether files or a project are meant, and hands over to the one that does it. */
import { existsSync } from 'node:fs';
import type { CompareOptions } from './compare-options.ts';
import { refuseForFiles } from './options.ts';

export async function compare(targets: readonly string[], options: CompareOptions): Promise<void> {
  const files = targets.filter(looksLikeFile);
  const { inputs, dim, range, quantized, only } = options;
  const instead = isSweep(options) ? 'onpar compare model.onnx --batch 1..256' : 'onpar compare a.onnx b.onnx';
  if (files.length === 0) refuseForFiles({ inputs, dim, range, quantized, only }, instead);
  if (isSweep(options)) return (await import('./sweep.ts')).sweep(targets, options);
  if (files.length === 0) return (await import('./compare-project.ts')).compareProject(targets, options);
  return (await import('./compare-files.ts')).compareFiles(targets, options);
}

/** A range of sizes, or what only makes sense of several. */
const isSweep = ({ batch = [], memoryLimit, changing = false }: CompareOptions): boolean =>
  batch.some((size) => size.includes('..')) || memoryLimit !== undefined || changing;

/** A path that exists, or a name that only a model file has: then a missing file is an error about that file. */
export const looksLikeFile = (target: string): boolean =>
  /\.(onnx|json|pt|pth|h5|pb|tflite)$/i.test(target) || existsSync(target);
