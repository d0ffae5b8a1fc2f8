/** What was judged, and where: the verdicts of the runs and the environment. Pure. */
import { built } from '../lib/onpar.mjs';
import { table as markdown } from '../gate/certify/format.mjs';

const { headline } = await built('report/view.js');
const { elapsed, mark } = await built('report/format.js');

/** @param {{ reports: object[] }} facts */
export function verdicts({ reports }) {
  if (reports.length === 0) return '';
  // A size belongs to every run of its artifact.
  const all = [
    ...new Map(reports.flatMap((report) => report.verdicts).map((one) => [`${one.metric} ${one.case}`, one])).values(),
  ];
  const lines = all.map(({ metric, case: name, verdict, red, sentences }) => {
    const { glyph, word } = mark(verdict);
    return `- ${glyph} ${red ? '**red** ' : ''}${metric} \`${name}\`: ${word}. ${sentences.join('. ')}`;
  });
  return `## Verdicts\n\n${reports.map((report) => `- \`${report.command}\`: ${headline(report)}`).join('\n')}\n\n<details><summary>All ${all.length}, judged against the committed baselines</summary>\n\n${lines.join('\n')}\n\n</details>`;
}

/** @param {{ reports: object[], machine: { loads: [number, number], core: number | null, cores: number, seconds: number, day: string } }} facts */
export function environment({ reports, machine }) {
  const [report] = reports;
  if (report === undefined) return '';
  const rows = [
    ['day', machine.day],
    ['took', elapsed(machine.seconds)],
    [
      'load average (1 minute)',
      `${machine.loads.map((load) => load.toFixed(1)).join(' before, ')} after, on ${machine.cores} core${machine.cores === 1 ? '' : 's'}${sharing(machine)}`,
    ],
    ...rowsOf({ ...report, backends: reports.flatMap(({ backends }) => backends) }),
  ];
  return `## Environment\n\n${markdown(['', ''], rows)}`;
}

/** For who reads one figure only. @param {{ reports: object[], machine: { day: string } }} facts */
export const whereAndWhen = ({ reports: [{ machine: on }], machine: { day } }) =>
  `${on.cpu}, ${on.cores} cores, ${on.isa}, ${day}`;

/** Times of a machine that does other work as well are upper bounds at best. */
const sharing = ({ loads, cores }) =>
  Math.max(...loads) > cores + 0.5 ? ': **the machine was shared**, so times and their ratios are rough' : '';

const rowsOf = ({ onpar, commit, machine: { cpu, cores, isa, os, node, fingerprint, pinned }, backends }) => [
  ['onpar', `${onpar} at ${commit ?? 'no commit'}`],
  ['machine', `${cpu}, ${cores} cores, ${isa}, ${os}; fingerprint \`${fingerprint}\``],
  ['Node', node],
  ['pinned', pinned ? 'one core a latency' : 'no'],
  ...[...new Map(backends.map((backend) => [backend.id, backend])).values()].map(
    ({ id, available, version, provider, reason, bring }) => [
      `\`${id}\``,
      available ? `${version}, ${provider}` : `not here: ${reason} (\`${bring}\`)`,
    ],
  ),
];
