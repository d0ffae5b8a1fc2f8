/** A diff as one page: the answer, what moved with its sentences, the table, and how far latency moved. Everything in it is untrusted text. */
import type { Assets } from '../report/assets.ts';
import * as format from '../report/format.ts';
import { markup, type Markup } from '../report/markup.ts';
import { command, page } from '../report/page.ts';
import {
  columnsOf,
  diffsOf,
  headline,
  remarkOf,
  runtimeLabel,
  runtimeText,
  tally,
  textOf,
  toldOf,
  tones,
  worstOf,
} from './cells.ts';
import { latencyChart } from './chart.ts';
import type { Diff, Row } from './diff.generated.ts';

export function diffHtml(diff: Diff, assets: Assets): string {
  const sections = diffsOf(diff).map((each, at) => sectionsOf(each, at === 0 ? '' : 'anchor-'));
  return page(
    {
      title: `${answerOf(diff)} (${tally(worstOf(diff))}): onpar diff`,
      onpar: diff.onpar,
      header: masthead(diff),
      sections,
    },
    assets,
  ).text;
}

/** `part` keeps the ids of a page apart. */
function sectionsOf(diff: Diff, part: string): Markup {
  const chart = latencyChart(diff);
  const latency =
    chart === null
      ? null
      : markup`<section id="${part}latency" aria-labelledby="${part}latency-h"><h2 id="${part}latency-h">How far did latency move?</h2><p class="hint">Each dot has its exact interval, from fresh process pairs; a hollow one is surely slower.</p><div class="panel">${chart}</div></section>`;
  return markup`${table(diff, part)}${latency}${moved(diff, part)}`;
}

/** Names the base where it is not the first one. */
function answerOf(diff: Diff): string {
  const worst = worstOf(diff);
  return worst === diff ? headline(diff) : `${headline(worst)}, against ${worst.base}`;
}

function masthead(diff: Diff): Markup {
  const tone = worstOf(diff).summary.exitCode === 0 ? 'good' : 'bad';
  const facts = [
    ['Cases', tally(diff)],
    [
      'Base',
      diffsOf(diff)
        .map(({ base }) => base)
        .join(', anchor '),
    ],
    ['New', diff.new],
    ['Took', format.elapsed(diff.seconds)],
    ['Command', diff.command],
  ];
  return markup`<header class="top"><div class="head"><p class="brand"><b>onpar</b> ${diff.onpar}</p></div>
<h1 class="${tone}"><span aria-hidden="true">${format.glyphOf(tone)}</span> ${capital(answerOf(diff))}</h1>
<dl class="facts">${facts.map(([term = '', value = '']) => markup`<div><dt>${term}</dt><dd>${term === 'Command' ? markup`<code>${value}</code>` : value}</dd></div>`)}</dl></header>`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function table(diff: Diff, part: string): Markup {
  const shown = columnsOf(diff.columns).filter(({ cell }) =>
    diff.cases.some((row) => row.remark === null && textOf(cell(row)) !== '—'),
  );
  const across = shown.length;
  const under = (text: string): Markup => markup`<td colspan="${across}" class="absent">${text}</td>`;
  const cells = (row: Row): Markup[] => {
    if (row.remark !== null) {
      const { tone = 'absent' } = remarkOf(row);
      return [markup`<td colspan="${across}" class="${tone}">${textOf(remarkOf(row))}</td>`];
    }
    return shown.map(({ cell }) => {
      const found = cell(row);
      return markup`<td class="${found.tone ?? 'absent'}">${textOf(found)}</td>`;
    });
  };
  const rows = diff.cases.map((row, at) => {
    const isFirst = diff.cases[at - 1]?.model !== row.model;
    const graph = row.graph?.sentence ?? null;
    return markup`<tr class="${isFirst ? 'start' : 'next'}"><th scope="row"><b class="${isFirst ? '' : 'away'}">${row.model}</b> <span>${row.artifact}/${row.backend}</span></th>${cells(row)}</tr>${graph === null ? null : markup`<tr><th></th>${under(graph)}</tr>`}`;
  });
  const runtime =
    diff.runtime === null
      ? null
      : markup`<tr class="start"><th scope="row">${runtimeLabel}</th>${under(runtimeText(diff.runtime))}</tr>`;
  return markup`<section id="${part}table" aria-labelledby="${part}table-h"><h2 id="${part}table-h">What moved from ${diff.base} to ${diff.new}?</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="${part}table-h"><table class="matrix"><thead><tr><th scope="col">case</th>${shown.map(({ head }) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}${runtime}</tbody></table></div>
<p class="hint">= without a number: nothing that the case runs on differs, so nothing was run; under size, the same bytes.</p></section>`;
}

function moved(diff: Diff, part: string): Markup | null {
  const told = toldOf(diff);
  if (told.length === 0) return null;
  const cards = told.map(({ subject, column, move, sentence, replay }) => {
    const tone = tones[move];
    return markup`<article class="card ${tone}"><h3><span class="word">${format.glyphOf(tone)} ${move === 'none' ? 'not compared' : move}</span> <span class="metric">${column}</span> <b>${subject}</b></h3><p>${sentence}</p>${replay === null ? null : command('replay', replay)}</article>`;
  });
  return markup`<section id="${part}moved" aria-labelledby="${part}moved-h"><h2 id="${part}moved-h">In words</h2>${cards}</section>`;
}
