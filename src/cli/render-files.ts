/** What comparing files prints: the answer first, then all that a card would need. */
import { describeMismatch } from '../compare/describe.ts';
import { explain } from '../compare/explain.ts';
import { significant } from '../compare/significant.ts';
import { sha256Of } from '../models/artifact.ts';
import { toJson } from '../report/json.ts';
import { glyphOf, size, threadsWord, time } from '../report/format.ts';
import type { Comparison } from './compare-files.ts';
import type { CompareOptions } from './compare-options.ts';
import { shapeOf } from './feeds.ts';
import type { SideResult } from './judge-sides.ts';
import type { OpenSide } from './sides.ts';

export function renderFiles({ base, results, options, absent }: Comparison): string {
  const sides = results.map((rows) => renderSide(base, rows, options));
  const lines = [...(sides.length === 0 ? [alone(base)] : sides), ...absent.map((line) => `· not here: ${line}`)];
  return [...lines, '', renderCard(base)].join('\n');
}

const alone = ({ file, backend, version }: OpenSide): string =>
  `! ${file} ran on ${backend.id} ${version}; there is nothing to compare with: give a second file, or bring another backend`;

/** One side at every batch size. */
function renderSide(base: OpenSide, rows: readonly SideResult[], options: CompareOptions): string {
  const [first] = rows;
  if (first === undefined) throw new Error('no batch size was compared');
  const { side, assumptions } = first;
  const where =
    side.backend.id === base.backend.id
      ? `on ${base.backend.id} ${base.version}`
      : `on ${base.backend.id} ${base.version} and ${side.backend.id} ${side.version}`;
  const files = side.file === base.file ? side.file : `${base.file} against ${side.file}`;
  const drawn =
    options.inputs === undefined
      ? `inputs drawn from the signature, seed ${options.seed}`
      : `inputs of ${options.inputs}`;
  const several = rows.length > 1;
  return [
    `${files} ${where}   (${drawn}${several ? '' : `: ${fedTo(first)}`})`,
    '',
    ...rows.flatMap((row) => [
      ...(several ? [`  batch ${row.feeding.batch}: ${fedTo(row)}`] : []),
      ...row.comparison.outputs.flatMap((output) => outputLines(row, output)),
      ...(row.comparison.vacuous === null ? [] : [`  ${glyphOf('bad')} vacuous: ${row.comparison.vacuous}`]),
      ...(row.latency === null ? [] : [latencyLine(row.latency, options)]),
    ]),
    ...assumptions.map((line) => `  assumed: ${line}`),
    `  size     ${size(side.bytes)} against ${size(base.bytes)}`,
    ...(worstOf(rows) === 'mismatch' && !options.quantized && side.bytes < base.bytes * 0.6
      ? ['', 'These look like a model and its INT8 form: judge them as such with --quantized (NMSE <= 1e-3).']
      : []),
    '',
  ].join('\n');
}

const fedTo = ({ feeding }: SideResult): string =>
  Object.entries(feeding.feeds)
    .map(([name, { dtype, dims }]) => shapeOf({ name, dtype, dims }))
    .join(', ');

/** Nothing compared is nothing proved. */
const worstOf = (rows: readonly SideResult[]): SideResult['verdict'] =>
  (['mismatch', 'vacuous'] as const).find((word) => rows.some(({ verdict }) => verdict === word)) ??
  (rows.length === 0 ? 'vacuous' : 'match');

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
  return `  latency  ${time(other)} against ${time(base)} a call, ${significant(ratio)}x ${range} (steady, ${threadsWord(Number(threads))}, one process each: an indication)`;
}

function renderCard({ session }: OpenSide): string {
  return [
    `inputs   ${session.inputs.map(shapeOf).join(', ')}`,
    `outputs  ${session.outputs.map(shapeOf).join(', ')}`,
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

/** Everything as data, one result a side and batch size; `card` is the beginning of a fixtures/models/<id>/model.json. */
export async function filesJson({ base, results, options, absent }: Comparison): Promise<string> {
  const card = {
    inputs: base.session.inputs,
    outputs: base.session.outputs.map((output) => ({ ...output, task: 'raw' })),
  };
  const document = {
    verdict: worstOf(results.flat()),
    base: await describe(base),
    seed: options.inputs === undefined ? Number(options.seed) : null,
    card,
    absent,
    results: (await Promise.all(results.map(sideJson))).flat(),
  };
  return toJson(document);
}

async function sideJson(rows: readonly SideResult[]): Promise<readonly object[]> {
  const described = await Promise.all(rows.slice(0, 1).map(({ side }) => describe(side)));
  return rows.map(({ feeding, verdict, comparison, latency, assumptions }) => ({
    ...described[0],
    batch: feeding.batch,
    feeds: Object.entries(feeding.feeds).map(([name, { dtype, dims }]) => ({ name, dtype, dims })),
    parity: { verdict, ...comparison },
    latency,
    assumptions,
  }));
}
