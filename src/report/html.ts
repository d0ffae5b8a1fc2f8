/**
 * The report as one HTML file that asks nothing of any network: the answer, what is red, the matrix, three questions
 * as charts, the evidence of every case, and how to repeat the run. Everything from the report is untrusted text.
 */
import type { Assets } from './assets.ts';
import { caseSection } from './cases.ts';
import { batching } from './charts/batching.ts';
import { fastest } from './charts/fastest.ts';
import { quantizing } from './charts/quantizing.ts';
import { environment } from './environment.ts';
import * as format from './format.ts';
import { anchor, href, markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { command, page } from './page.ts';
import type { Report, VerdictRow } from './report.generated.ts';
import { openVerdicts, warningsIn } from './undecided.ts';
import * as view from './view.ts';
import type { ModelView, Row } from './view.ts';

export function renderHtml(report: Report, assets: Assets): string {
  const models = view.viewModels(report);
  const charts = chartSection(models);
  const before = [...verdictSections(report), models.length > 0 ? matrix(report, models) : null, charts];
  const after = environment(report, models);
  // The evidence gets what the 300 kB leave; the margin is for characters of more than one byte.
  const spent = [...before, after].reduce(
    (sum, part) => sum + (part?.text.length ?? 0),
    assets.css.length + assets.script.length,
  );
  const cases = models.length > 0 || report.verdicts.length > 0 ? caseSection(report, models, 280_000 - spent) : null;
  const sections = [...before, cases, after];
  const title = `${view.conclusion(report)}: onpar report`;
  const header = masthead(report, charts !== null);
  return page({ title, onpar: report.onpar, header, sections }, assets).text;
}

function masthead(report: Report, charts: boolean): Markup {
  const { exitCode, red, problems } = report.summary;
  const tone = exitCode === 0 ? 'good' : 'bad';
  const links = [
    ...(red > 0 ? [['#red', 'Red']] : []),
    ...(report.cases.length > 0 ? [['#matrix', 'Matrix']] : []),
    ...(charts ? [['#charts', 'Charts']] : []),
    ...(report.cases.length > 0 ? [['#cases', 'Cases']] : []),
    ['#environment', 'Environment'],
  ];
  return markup`<header class="top"><div class="head"><p class="brand"><b>onpar</b> ${report.onpar}</p><nav aria-label="Sections"><ul>${links.map(([to = '', text = '']) => markup`<li><a href="${to}">${text}</a></li>`)}</ul></nav></div>
<h1 class="${tone}"><span aria-hidden="true">${format.glyphOf(tone)}</span> ${view.conclusion(report)}</h1>
${tally(report)}${problems.map((problem) => markup`<p class="problem bad">✗ ${problem}</p>`)}${warningsIn(report).map((warning) => markup`<p class="problem unsure">! ${warning}</p>`)}
<dl class="facts">${facts(report).map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl></header>`;
}

const facts = (report: Report): [string, string | Markup][] => [
  [
    'Commit',
    report.commit === null
      ? 'not a repository'
      : markup`<code title="${report.commit}">${report.commit.slice(0, 10)}</code>`,
  ],
  ['Machine', `${report.machine.cpu}, ${format.plural(report.machine.cores, 'core')}`],
  [
    'When',
    markup`<time datetime="${report.startedAt}">${utc(report.startedAt)}</time>, took ${format.elapsed(report.seconds)}`,
  ],
  ['Command', markup`<code>${report.command}</code>`],
];

const utc = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');

/** Counts as words first; the bar only shows their proportion. */
function tally(report: Report): Markup {
  const { planned, red, held, notHere, undecided } = report.summary;
  const lost = Math.max(0, planned - red - held - notHere - undecided);
  const parts: [format.Tone, number, string][] = [
    ['bad', red, 'red'],
    ['unsure', undecided, 'undecided'],
    ['good', held, 'held'],
    ['absent', notHere, 'not here'],
    ['bad', lost, 'without verdict'],
  ];
  const shown = parts.filter(([, n, word]) => n > 0 || word === 'red' || word === 'held');
  return markup`<div class="tally"><ul>${shown.map(([tone, n, word]) => markup`<li class="${n > 0 ? tone : 'absent'}"><b>${format.count(n)}</b> <span aria-hidden="true">${format.glyphOf(tone)}</span> ${word}</li>`)}</ul>
<div class="bar" aria-hidden="true">${shown.map(([tone, n]) => (n > 0 ? markup`<i class="${tone}" style="flex-grow:${n}"></i>` : null))}</div></div>`;
}

function verdictSections(report: Report): (Markup | null)[] {
  const verdicts = view.worstFirst(report.verdicts);
  const groups: [string, string, VerdictRow[]][] = [
    ['red', 'What is red', verdicts.filter((v) => v.red)],
    ['moved', 'What moved for the better', verdicts.filter((v) => !v.red && view.isMove(v.verdict))],
    ['undecided', 'What is undecided', [...openVerdicts(report).alone]],
  ];
  const sections = groups.map(([id, title, rows]) =>
    rows.length === 0
      ? null
      : markup`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title} <small>${format.count(rows.length)}</small></h2>${rows.slice(0, 60).map((row) => card(row))}${rows.length > 60 ? markup`<p>${format.count(rows.length - 60)} more are marked in the matrix.</p>` : null}</section>`,
  );
  return [...sections, unbaselinedSection(report)];
}

/** One card for all of them: they say something of this machine, nothing of a model. */
function unbaselinedSection(report: Report): Markup | null {
  const { unbaselined } = openVerdicts(report);
  if (unbaselined.length === 0) return null;
  const items = unbaselined.map(
    ({ metric, title, case: id }) => markup`<li>${metric} <a href="${href(id)}">${title}</a></li>`,
  );
  return markup`<section id="unbaselined" aria-label="What has no baseline yet"><article class="card unsure"><h3><span class="word">! unbaselined</span> ${format.plural(unbaselined.length, 'value')} without a baseline</h3>
<p>They were measured; nothing is committed for this machine (${report.machine.fingerprint}) to compare them with.</p>${command('commit', 'npx onpar bless')}<details><summary>Which ones</summary><ul>${items}</ul></details></article></section>`;
}

function card(verdict: VerdictRow): Markup {
  const { glyph, word, tone } = format.mark(verdict.verdict);
  return markup`<article class="card ${verdict.red ? 'bad' : tone}"><h3><span class="word">${verdict.red ? '✗' : glyph} ${word}</span> <span class="metric">${verdict.metric}</span> <a href="${href(verdict.case)}">${verdict.title}</a></h3>
${verdict.sentences.map((text) => markup`<p>${text}</p>`)}${command('replay', verdict.replay)}${verdict.accept === null ? null : command('accept', verdict.accept)}</article>`;
}

/** What a row of the matrix compares: the same precision, be it in another format. */
const nameIn = (model: ModelView, { tags }: Row): string => tags.join(' ') || model.precision;

function matrix(report: Report, models: readonly ModelView[]): Markup {
  const used = new Set(report.cases.map((c) => c.backend));
  const backends = report.backends.filter((backend) => (!backend.available && !backend.idle) || used.has(backend.id));
  const head = backends.map(
    ({ id, version }) => markup`<th scope="col">${id}<small>${version ?? 'not here'}</small></th>`,
  );
  const lines = models.flatMap((model) =>
    [...view.groupBy(model.rows, (row) => nameIn(model, row))].map(([name, rows], at) => {
      const artifacts = [...new Set(rows.map((row) => row.artifact))];
      const targets = artifacts.map((each) => markup`<i id="${anchor(`${model.model.id}/${each}`)}"></i>`);
      const first = at === 0 ? markup`<b>${model.model.id}</b> ` : markup`<b class="away">${model.model.id}</b> `;
      return markup`<tr class="${at === 0 ? 'start' : 'next'}"><th scope="row">${targets}${first}<span>${name}</span></th>${backends.map(
        ({ id, available }) =>
          cell(
            rows.filter((row) => row.backend === id),
            model,
            available,
          ),
      )}</tr>`;
    }),
  );
  return markup`<section id="matrix" aria-labelledby="matrix-h"><h2 id="matrix-h">Every model on every backend</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="matrix-h"><table class="matrix"><thead><tr><th scope="col">model and precision</th>${head}</tr></thead><tbody>${lines}</tbody></table></div>
<p class="hint">The worst verdict of all metrics and batches. A ratio is the time of a call against the fastest right answer at full precision, with equal threads and batch; below 1 is faster.</p></section>`;
}

function cell(rows: readonly Row[], model: ModelView, available: boolean): Markup {
  const row = rows.find((one) => one.threads === model.threads) ?? rows[0];
  if (row === undefined) return markup`<td class="absent">${available ? '—' : '· not here'}</td>`;
  const { glyph, word, tone } = format.mark(format.worstOf(rows.map((one) => one.verdict)));
  const text = tone === 'good' ? format.mark(row.parity.verdict).word : word;
  const isNew = rows.some((one) => one.isNew) ? 'no baseline' : '';
  const beside = [row.ratio === null ? '' : `${format.ratio(row.ratio)} time`, row.threadsTag ?? '', isNew]
    .filter(Boolean)
    .join(', ');
  return markup`<td class="${tone}"><a href="${href(row.anchor)}"><span>${glyph} ${text}</span><small>${beside}</small></a></td>`;
}

function chartSection(models: readonly ModelView[]): Markup | null {
  const questions: [string, string, (model: ModelView) => Markup | null][] = [
    ['Which backend is fastest?', 'A hollow dot is a wrong answer: its speed does not count.', fastest],
    [
      'What does batching buy?',
      'A ring marks the knee: 95 % of the best throughput. A larger batch buys waiting, not work.',
      batching,
    ],
    ['What does quantizing cost?', 'Left is smaller, up is more accurate, a smaller disc is faster.', quantizing],
  ];
  const parts = questions.flatMap(([question, remark, chart]) => {
    // The file has a size limit: of very many models the first are drawn, and the rest is said.
    let room = 55_000;
    const drawn = models.flatMap((model) => {
      const one = chart(model);
      if (one === null) return [];
      room -= one.text.length;
      return [room > 0 ? markup`<div class="panel"><h4>${model.model.id}</h4>${one}</div>` : null];
    });
    const shown = drawn.filter((panel) => panel !== null);
    const rest = drawn.length - shown.length;
    const omitted =
      rest > 0
        ? markup`<p class="hint">${format.plural(rest, 'more model')} not drawn, to keep this file small; report.json has the numbers.</p>`
        : null;
    return drawn.length === 0
      ? []
      : [markup`<div class="question"><h3>${question}</h3><p class="hint">${remark}</p>${shown}${omitted}</div>`];
  });
  return parts.length === 0
    ? null
    : markup`<section id="charts" aria-labelledby="charts-h"><h2 id="charts-h" class="away">Charts</h2>${parts}</section>`;
}
