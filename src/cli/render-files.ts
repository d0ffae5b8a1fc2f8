/** What comparing files prints: the answer first, then all that a card would need. */
import type { Signature } from '../backends/backend.ts';
import { describeMismatch } from '../compare/describe.ts';
import { explain } from '../compare/explain.ts';
import { significant } from '../compare/significant.ts';
import { sha256Of } from '../models/artifact.ts';
import { encodeNumber } from '../report/json.ts';
import { glyphOf, size, time } from '../report/format.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Comparison } from './compare-files.ts';
import type { CompareOptions } from './compare-options.ts';
import type { SideResult } from './judge-sides.ts';
import type { OpenSide } from './sides.ts';

export function renderFiles({ base, results, feeds, options, absent }: Comparison<SideResult>): string {
  const sides = results.map((result) => renderSide(base, result, feeds, options));
  return [...sides, ...absent.map((line) => `· not here: ${line}`), renderCard(base)].join('\n');
}

function renderSide(base: OpenSide, result: SideResult, feeds: TensorMap, options: CompareOptions): string {
  const { side, comparison, assumptions, latency } = result;
  const where =
    side.backend.id === base.backend.id
      ? `on ${base.backend.id} ${base.version}`
      : `on ${base.backend.id} ${base.version} and ${side.backend.id} ${side.version}`;
  const files = side.file === base.file ? side.file : `${base.file} against ${side.file}`;
  const drawn =
    options.inputs === undefined
      ? `inputs drawn from the signature, seed ${options.seed}`
      : `inputs of ${options.inputs}`;
  return [
    `${files} ${where}   (${drawn}: ${Object.entries(feeds)
      .map(([name, { dtype, dims }]) => `${name} ${dtype} [${dims.join(', ')}]`)
      .join(', ')})`,
    '',
    ...comparison.outputs.flatMap((output) => outputLines(result, output)),
    ...(comparison.vacuous === null ? [] : [`  ${glyphOf('bad')} vacuous: ${comparison.vacuous}`]),
    ...assumptions.map((line) => `  assumed: ${line}`),
    `  size     ${size(side.bytes)} against ${size(base.bytes)}`,
    ...(latency === null ? [] : [latencyLine(latency, options)]),
    ...(result.verdict === 'mismatch' && !options.quantized && side.bytes < base.bytes * 0.6
      ? ['', 'These look like a model and its INT8 form: judge them as such with --quantized (NMSE <= 1e-3).']
      : []),
    '',
  ].join('\n');
}

function outputLines(
  { outputs, side, comparison }: SideResult,
  output: SideResult['comparison']['outputs'][number],
): string[] {
  const flips =
    comparison.flips === null ? '' : `   top-1 differs in ${comparison.flips.count} of ${comparison.flips.n}`;
  const numbers = `NMSE ${significant(output.nmse)} (${significant(output.tolerance.nmse)} allowed)   greatest difference ${significant(output.maxAbs)}`;
  if (output.excess <= 1)
    return [
      `  ${glyphOf('good')} ${output.output}   match   ${output.identical === output.count ? 'bit-equal' : numbers}${flips}`,
    ];
  const [actual, expected] = [outputs.actual[output.output], outputs.expected[output.output]];
  if (output.structure !== null || actual === undefined || expected === undefined)
    return [`  ${glyphOf('bad')} ${output.output}   mismatch   ${output.structure ?? ''}`];
  const explanation = explain(actual, expected, { top: 3 });
  const [first = '', ...more] = describeMismatch(output, {
    reference: `the first (${side.backend.id})`,
    explanation,
    flips: comparison.flips,
  });
  return [
    `  ${glyphOf('bad')} ${output.output}   mismatch   ${numbers}${flips}`,
    `      ${first}`,
    ...more.map((line) => `      ${line}`),
  ];
}

function latencyLine(
  { base, other, ratio, interval }: NonNullable<SideResult['latency']>,
  { threads }: CompareOptions,
): string {
  const range = `[${significant(interval.low)}, ${significant(interval.high)}]`;
  return `  latency  ${time(other)} against ${time(base)} a call, ${significant(ratio)}x ${range} (steady, ${threads} thread, one process each: an indication)`;
}

const shape = ({ name, dtype, dims }: Signature): string =>
  `${name} ${dtype} [${dims.map((axis) => axis ?? '?').join(', ')}]`;

function renderCard({ session }: OpenSide): string {
  return [
    `inputs   ${session.inputs.map(shape).join(', ')}`,
    `outputs  ${session.outputs.map(shape).join(', ')}`,
    'With --json: the same as data, with hashes and the beginning of a model card.',
    '',
  ].join('\n');
}

const describe = async ({ file, path, bytes, backend, version }: OpenSide): Promise<object> => ({
  file,
  bytes,
  sha256: await sha256Of(path),
  backend: backend.id,
  version,
});

/** Everything as data; `card` is the beginning of a fixtures/models/<id>/model.json. */
export async function filesJson({ base, results, feeds, options, absent }: Comparison<SideResult>): Promise<string> {
  const card = {
    inputs: base.session.inputs,
    outputs: base.session.outputs.map((output) => ({ ...output, task: 'raw' })),
  };
  const document = {
    base: await describe(base),
    seed: options.inputs === undefined ? Number(options.seed) : null,
    feeds: Object.entries(feeds).map(([name, { dtype, dims }]) => ({ name, dtype, dims })),
    card,
    absent,
    results: await Promise.all(
      results.map(async ({ side, verdict, comparison, latency, assumptions }) => ({
        ...(await describe(side)),
        parity: { verdict, ...comparison },
        latency,
        assumptions,
      })),
    ),
  };
  return `${JSON.stringify(document, (_, value: unknown) => (typeof value === 'number' ? encodeNumber(value) : value), 2)}\n`;
}
