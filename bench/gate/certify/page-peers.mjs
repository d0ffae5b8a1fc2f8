/** The part of docs/gate.md that holds other tools against the gate. */
import { peers } from '../peers/all.mjs';
import { percent, table } from './format.mjs';
import { planned } from './ours.mjs';

export const comparison = (figures) => [
  `## Peers on the same samples

Disjoint windows of ${planned} pairs; of each, how often the tool calls B slower. Rules are ports of the tools' own source; those of benchstat, criterion, tachometer, asv and
Pinpoint are held against the tools' output in specs, the others against values worked out by hand (benchstat's own binary: \`node bench/gate/real-benchstat.mjs\`). What
they are fed with is these windows, which is not what each would have measured by itself. **default**: as documented. **best**: one value a process, base and new in turn, all
pairs of the window, as a careful user could have it. **calibrated**: best, its knob set on every other window so that unchanged code alarms as often as with onpar, and
judged on the rest.`,
  ...figures.comparison.filter(({ rows }) => rows.length > 0).map(compared),
  `| peer | default | best | source |\n| --- | --- | --- | --- |\n${peers
    .map(
      ({ name, protocols, source }) => `| ${[name, protocols.default.what, protocols.best.what, source].join(' | ')} |`,
    )
    .join('\n')}`,
];

const compared = ({ class: name, columns, rows }) =>
  `### ${name}\n\n${table(
    ['tool', 'view', ...columns.map((column) => `${column.name}${column.kind === 'work' ? ' work' : ''}`)],
    rows.map(({ tool, view, cells }) => [
      tool,
      view,
      ...cells.map(({ alarms: count, n }, index) => (index === 0 ? `${count} of ${n}` : percent(count / n, 0))),
    ]),
  )}`;
