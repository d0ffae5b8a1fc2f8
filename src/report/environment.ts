/** What ran where, how to repeat it, and what was not measured and why: a gap that is not named would read as a pass. */
import * as format from './format.ts';
import { markup, type Markup } from './markup.ts';
import type { BackendRow, Report } from './report.generated.ts';
import { groupBy, rowName, takenVerdicts, type ModelView } from './view.ts';

export function environment(report: Report, models: readonly ModelView[]): Markup {
  const { machine, commit, command, settings = {} } = report;
  const gaps = notMeasured(report, models);
  const facts: [string, string][] = [
    ['Machine', `${machine.cpu}, ${format.plural(machine.cores, 'core')}, ${machine.isa}`],
    ['System', `${machine.os}, Node ${machine.node.replace(/^v/, '')}`],
    ['Fingerprint', machine.fingerprint],
    [
      'Gated latency',
      machine.pinned ? 'one thread on one pinned core' : 'not pinned: intervals are wider than they need be',
    ],
    ...Object.entries(settings),
  ];
  const steps = [...(commit === null ? [] : [`git checkout ${commit}`, 'npm ci']), command];
  return markup`<section id="environment" aria-labelledby="environment-h"><h2 id="environment-h">Environment</h2>
${gaps.length === 0 ? null : markup`<h3>What was not measured, and why</h3><ul class="gaps">${gaps}</ul>`}
<div class="columns"><div><h3>Where it ran</h3><dl>${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl></div>
<div><h3>Repeat it</h3>${steps.map((step) => markup`<p class="command"><code data-copy>${step}</code></p>`)}</div></div>
<h3>Backends</h3><div class="scroll" tabindex="0" role="region" aria-label="Backends"><table><thead><tr><th scope="col">backend</th><th scope="col">here</th><th scope="col">version</th><th scope="col">provider really used</th></tr></thead><tbody>${report.backends.map(backendLine)}</tbody></table></div>
${models.length === 0 ? null : markup`<h3>Models</h3><div class="scroll" tabindex="0" role="region" aria-label="Models"><table><thead><tr><th scope="col">model</th><th scope="col">name</th><th scope="col" class="n">parameters</th><th scope="col">reference</th><th scope="col">data set</th></tr></thead><tbody>${models.map(modelLine)}</tbody></table></div>`}</section>`;
}

const backendLine = ({ id, available, version, provider }: BackendRow): Markup =>
  markup`<tr><th scope="row">${id}</th><td class="${available ? 'good' : 'absent'}">${available ? '✓ here' : '· not here'}</td><td>${version ?? '—'}</td><td>${provider ?? '—'}</td></tr>`;

const modelLine = ({ model }: ModelView): Markup =>
  markup`<tr><th scope="row">${model.id}</th><td>${model.name}</td><td class="n">${model.parameters === null ? '—' : format.count(model.parameters)}</td><td>${model.reference ?? '—'}</td><td>${model.dataset ?? '—'}</td></tr>`;

function notMeasured({ backends }: Report, models: readonly ModelView[]): Markup[] {
  const absent = backends
    .filter((backend) => !backend.available)
    .map(({ id, reason, bring }) => gap(id, reason ?? 'no reason given', bring));
  const failed = models.flatMap(({ rows, absent: gone }) =>
    rows.flatMap((row) =>
      row.cases.filter((c) => c.latency.steady === null && !gone.some(({ id }) => id === c.backend)),
    ),
  );
  const why = groupBy(failed, (c) => {
    const found = format.mark(
      takenVerdicts(c).find((verdict) => format.mark(verdict).tone !== 'good') ?? c.latency.verdict,
    ).word;
    return [found, c.latency.reason ?? c.parity.reason].filter(Boolean).join(': ');
  });
  const subsets = models.flatMap(({ model, rows, images }) =>
    rows
      .filter(({ accuracy }) => accuracy !== null && accuracy.n !== null && accuracy.n < images)
      .map((row) =>
        gap(
          `${model.id} · ${rowName(row)}`,
          `accuracy on ${format.count(row.accuracy?.n ?? 0)} of ${format.count(images)} images`,
          null,
        ),
      ),
  );
  const unscored = models.filter(({ images, rows }) => images === 0 && rows.length > 0);
  return [
    ...absent,
    ...[...why].map(([reason, cases]) =>
      gap(
        cases
          .map((c) => c.id)
          .slice(0, 4)
          .join(', ') + (cases.length > 4 ? ` and ${cases.length - 4} more` : ''),
        reason,
        null,
      ),
    ),
    ...subsets,
    ...unscored.map(({ model }) =>
      gap(
        model.id,
        `no accuracy: ${model.dataset === null ? 'no data set' : `nothing judged on ${model.dataset}`}`,
        null,
      ),
    ),
  ];
}

const gap = (what: string, why: string, bring: string | null): Markup =>
  markup`<li><b>${what}</b> ${why}${bring === null ? null : markup`<span class="command"><code data-copy>${bring}</code></span>`}</li>`;
