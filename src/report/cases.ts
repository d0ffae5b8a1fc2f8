/**
 * The evidence, one fold per artifact and backend. The file has a size limit, so what needs a reader comes first
 * with everything, and in a very large report what held may come without its plots; that is said where it happens.
 */
import { histogram, strip } from './charts/evidence.ts';
import * as format from './format.ts';
import { anchor, markup, type Markup } from './markup.ts';
import type { CaseRow, Report, VerdictRow } from './report.generated.ts';
import { concerns, groupBy, worstFirst, type ModelView, type Row } from './view.ts';

export function caseSection(report: Report, models: readonly ModelView[], room: number): Markup {
  const rows = models.flatMap((model) => [...groupBy(model.rows, (row) => row.anchor).values()]);
  const ordered = rows.toSorted((a, b) => severity(b) - severity(a));
  let left = room;
  let terse = 0;
  const folds = ordered.map((group, at) => {
    // Those still to come keep room for a bare line each.
    const reserve = (ordered.length - at - 1) * 900;
    const full = fold(group, report.verdicts, 'full');
    const times = fold(group, report.verdicts, 'times');
    const shown =
      [full, times].find((one) => one.text.length + reserve <= left) ?? fold(group, report.verdicts, 'bare');
    if (shown !== full) terse += 1;
    left -= shown.text.length;
    return shown;
  });
  const others = report.verdicts.filter(
    (v) => !rows.some(([row]) => row !== undefined && (concerns(row, v.case) || isFile(row, v.case))),
  );
  return markup`<section id="cases" aria-labelledby="cases-h"><h2 id="cases-h">Every case <small>${format.count(report.cases.length)}, worst first</small></h2>${terse > 0 ? markup`<p class="hint">${format.plural(terse, 'case')} shortened, to keep this file small; report.json has everything.</p>` : null}
${folds}${others.length > 0 ? markup`<h3>Judged, without a row above</h3>${targets(others.map((v) => v.case))}${said(others, true)}` : null}</section>`;
}

function fold(rows: readonly Row[], verdicts: readonly VerdictRow[], depth: 'full' | 'times' | 'bare'): Markup {
  const full = depth === 'full';
  const [row] = rows;
  if (row === undefined) return markup``;
  const cases = rows.flatMap((one) => one.cases);
  const { glyph, word, tone } = format.mark(format.worstOf(rows.map((one) => one.verdict)));
  const list = verdicts.filter((v) => concerns(row, v.case) || isFile(row, v.case));
  const ids = new Set([row.anchor, ...cases.map((c) => c.id)]);
  // Links to what has no line of its own (accuracy on so many images, a file's size) end here.
  const unlined = list.filter((v) => concerns(row, v.case) && !ids.has(v.case)).map((v) => v.case);
  return markup`<details class="case ${tone}" id="${anchor(row.anchor)}"${tone === 'bad' && full ? open : null}><summary><span class="word">${glyph} ${word}</span> <b>${cases[0]?.model ?? ''}</b> ${row.artifact} <span class="on">${row.backend}</span> <span class="key">${keyNumbers(row)}</span></summary>
${warnings(cases)}${targets(unlined)}${said(full ? list : list.filter((verdict) => verdict.red))}${depth === 'bare' ? targets(cases.map((c) => c.id)) : timings(cases, full)}${full ? evidence(row, cases) : null}</details>`;
}

function warnings(cases: readonly CaseRow[]): Markup | null {
  const found = [...new Set(cases.flatMap((c) => c.warnings ?? []))];
  return found.length === 0
    ? null
    : markup`<ul class="said">${found.map((text) => markup`<li><b class="unsure">!</b> ${text}</li>`)}</ul>`;
}

/** A file's size is judged once for all backends. */
const isFile = (row: Row, id: string): boolean => row.anchor === `${id}/${row.backend}`;

const targets = (ids: readonly string[]): Markup[] =>
  [...new Set(ids)].map((id) => markup`<span id="${anchor(id)}"></span>`);

const open = markup` open`;

/** What tells one folded line from the next. */
function keyNumbers({ cases, ratio, accuracy }: Row): string {
  const steady = cases[0]?.latency.steady ?? null;
  return [
    ...(accuracy === null || !accuracy.n || accuracy.correct === null
      ? []
      : [format.percent(accuracy.correct / accuracy.n)]),
    ...(steady === null ? [] : [format.time(steady)]),
    ...(ratio === null ? [] : [format.ratio(ratio)]),
  ].join(' · ');
}

const severity = (group: readonly Row[]): number => Math.max(...group.map((row) => format.severity(row.verdict)));

/** Equal sentences of several batches are said once. */
function said(list: readonly VerdictRow[], named = false): Markup | null {
  const groups = [...groupBy(worstFirst(list), (v) => `${v.metric}\0${v.verdict}\0${v.sentences.join('\0')}`).values()];
  if (groups.length === 0) return null;
  return markup`<ul class="said">${groups.map((group) => {
    const [first] = group;
    if (first === undefined) return null;
    const { glyph, word, tone } = format.mark(first.verdict);
    const names = named ? markup` <small>${[...new Set(group.map((v) => v.case))].join(', ')}</small>` : null;
    const times = !named && group.length > 1 ? markup` <small>${group.length} cases</small>` : null;
    return markup`<li><b class="${first.red ? 'bad' : tone}">${glyph} ${first.metric} ${word}</b>${names}${times} ${first.sentences.join('; ')}</li>`;
  })}</ul>`;
}

function timings(cases: readonly CaseRow[], full: boolean): Markup {
  // A run of parity alone has no times: one sentence instead of a table of dashes.
  if (cases.every(({ latency }) => latency.steady === null && format.mark(latency.verdict).tone === 'absent'))
    return markup`${targets(cases.map((c) => c.id))}<p class="hint">No times: ${cases[0]?.latency.reason ?? 'not measured'}.</p>`;
  const plots = full && cases.some((c) => c.latency.samples.length > 1);
  const heads = ['batch', 'threads', 'verdict', 'steady', 'inputs/s', 'load', 'first', 'peak MiB'];
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Times"><table class="times"><thead><tr>${heads.map((head, at) => markup`<th scope="col" class="${at > 2 ? 'n' : 'w'}">${head}</th>`)}${plots ? markup`<th scope="col" class="plot">fresh processes, one dot each</th>` : null}</tr></thead><tbody>${cases.map((c) => timing(c, plots))}</tbody></table></div>`;
}

const seconds = (x: number | null): string => (x === null ? '—' : format.time(x));

function timing(c: CaseRow, plots: boolean): Markup {
  const { steady, interval, throughput, load, first, verdict, gated, reason } = c.latency;
  const { glyph, word, tone } = format.mark(verdict);
  const why = reason ?? (gated ? null : 'advisory');
  return markup`<tr id="${anchor(c.id)}"><th scope="row">${c.batch}</th><td>${c.threads === 0 ? 'default' : c.threads}</td><td class="${tone}">${glyph} ${word}${why === null ? null : markup`<small>${why}</small>`}</td><td class="n">${steady === null ? '—' : format.time(steady, interval)}</td><td class="n">${throughput === null ? '—' : throughput < 100 ? format.significant(throughput) : format.count(Math.round(throughput))}</td><td class="n">${seconds(load)}</td><td class="n">${seconds(first)}</td><td class="n">${c.memory.peakBytes === null ? '—' : markup`<span title="${format.bytesOnDemand(c.memory.peakBytes)}">${format.mebibytes(c.memory.peakBytes)}</span>`}</td>${plots ? markup`<td class="plot">${strip(c)}</td>` : null}</tr>`;
}

function evidence(row: Row, cases: readonly CaseRow[]): Markup {
  return markup`<div class="evidence"><div>${definitions(parityFacts(row))}${worst(row)}</div>${histogram(row)}<div>${definitions([...otherFacts(row), ...Object.entries(cases[0]?.provenance ?? {})])}</div></div>`;
}

const definitions = (facts: readonly (readonly [string, string | Markup])[]): Markup =>
  markup`<dl>${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;

function parityFacts({ parity }: Row): [string, string][] {
  const numbers: [string, CaseRow['parity']['maxAbs']][] = [
    ['Greatest difference', parity.maxAbs],
    ['Normalised squared error', parity.nmse],
    ['Share of the tolerance used', parity.excess],
  ];
  return [
    ['Parity', [format.mark(parity.verdict).word, parity.reason].filter(Boolean).join(': ')],
    ...(parity.against === null ? [] : [['Against', parity.against] satisfies [string, string]]),
    ...numbers.flatMap(([term, x]): [string, string][] =>
      x === null
        ? []
        : [[term, term.startsWith('Share') && x === 'Infinity' ? 'none would pass' : format.significant(x, 2)]],
    ),
    ...(parity.flips === null
      ? []
      : [
          ['Decisions flipped', `${format.count(parity.flips.count)} of ${format.count(parity.flips.n)}`] satisfies [
            string,
            string,
          ],
        ]),
  ];
}

function otherFacts({ accuracy, bytes, cases }: Row): [string, string | Markup][] {
  const facts: [string, string | Markup][] = [];
  if (accuracy !== null && accuracy.n !== null && accuracy.correct !== null && accuracy.n > 0) {
    const { n, correct, dataset, verdict, reason } = accuracy;
    const { glyph, word } = format.mark(verdict);
    facts.push([
      'Accuracy',
      `${format.percent(correct / n, 2)}, ${format.count(correct)} of ${format.count(n)} of ${dataset} (${[`${glyph} ${word}`, reason].filter(Boolean).join(': ')})`,
    ]);
  }
  if (bytes !== null) {
    const { glyph, word } = format.mark(format.worstOf(cases.map((c) => c.size.verdict)));
    facts.push([
      'Size',
      markup`<span title="${format.bytesOnDemand(bytes)}">${format.size(bytes)}</span> (${glyph} ${word})`,
    ]);
  }
  return facts;
}

function worst({ parity }: Row): Markup | null {
  if (parity.worst === undefined || parity.worst.length === 0) return null;
  const rows = parity.worst
    .slice(0, 8)
    .map(
      (one) =>
        markup`<tr><th scope="row">[${one.index.join(', ')}]</th><td class="n">${format.significant(one.actual, 5)}</td><td class="n">${format.significant(one.expected, 5)}</td><td class="n">${format.significant(one.difference)}</td><td class="n">${one.ulp === null ? '—' : format.significant(one.ulp)}</td></tr>`,
    );
  return markup`<table class="worst"><caption>Worst elements</caption><thead><tr>${['index', 'actual', 'expected', 'difference', 'ULP'].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}
