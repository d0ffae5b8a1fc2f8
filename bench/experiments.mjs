/**
 * npm run experiments [-- A B C]: runs published experiments again with onpar itself and writes docs/experiments/<letter>.md.
 * With --models only some of an experiment's models: then its page goes to .onpar/experiments, beside no committed one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { letters, onlyModels, readTable } from './experiments/tables.mjs';
import { planOf } from './experiments/plan.mjs';
import { fixBatch } from './experiments/fixed.mjs';
import { oursOf } from './experiments/ours.mjs';
import { commandOf, compare, documentOf, redOf, sweepCommandOf } from './experiments/measure.mjs';
import { built, needBuild, root } from './lib/onpar.mjs';
import { tidy } from './lib/tidy.mjs';

needBuild();
const committed = join(root, 'docs', 'experiments');
const { fixedOf, withSweeps } = await import('./experiments/sweeps.mjs');
const { BadInput } = await built('schema/bad-input.js');
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, models: { type: 'string' }, project: { type: 'string', default: root } },
  });
  const ids = values.models?.split(',') ?? null;
  const out = values.out ?? (ids === null ? committed : join(root, '.onpar', 'experiments'));
  const tables = asked(positionals).map((letter) => only(readTable(letter), ids));
  process.exitCode = await runAll(tables, values.project, out);
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`onpar: ${error.message}\n`);
  process.exitCode = 2;
}

/** Of each table these models; an experiment that has none of them was not meant. */
function only(table, ids) {
  if (ids === null) return table;
  const found = onlyModels(table, ids);
  if (found.models.length > 0) return found;
  throw new BadInput({
    what: `experiment ${table.letter} has no model ${ids.join(', ')}`,
    where: '--models',
    fix: `known: ${Object.values(table.here.models).join(', ')}`,
  });
}

function asked(words) {
  const wanted = words.map((word) => word.toUpperCase());
  const unknown = wanted.find((word) => !letters.includes(word));
  if (unknown !== undefined)
    throw new BadInput({
      what: `no experiment ${unknown}`,
      where: 'command line',
      fix: `known: ${letters.join(', ')}, such as npm run experiments -- A B C`,
    });
  return wanted.length === 0 ? letters : letters.filter((letter) => wanted.includes(letter));
}

/** Exit code: 2 if an experiment lacks a model, so that nobody takes it for done; else 1 if anything was red; else 0. */
async function runAll(tables, project, out) {
  const present = await presentIn(project);
  mkdirSync(out, { recursive: true });
  const codes = [];
  for (const table of tables) codes.push(await runOne(table, { project, present, out }));
  return Math.max(...codes);
}

async function presentIn(project) {
  const [{ readProject }, { listBackends }] = await Promise.all([
    built('cases/project.js'),
    built('backends/registry.js'),
  ]);
  const { models } = await readProject(project, process.env);
  return {
    models: new Map(models.map(({ card }) => [card.id, Object.keys(card.artifacts)])),
    backends: (await listBackends()).map(({ id }) => id),
  };
}

/** A system's artifact beside a copy with a fixed batch axis, where a table asks for it. */
async function fixedFor({ here: { fixed, models, systems } }, project) {
  if (fixed === undefined) return null;
  const [{ readProject, modelOf }, { Materials }] = await Promise.all([
    built('cases/project.js'),
    built('broker/materials.js'),
  ]);
  const cards = await readProject(project, process.env);
  const { artifact: id, backend } = systems.find((system) => system.id === fixed.system);
  const model = modelOf(cards, Object.values(models)[0]);
  const path = await new Materials(cards).path(model, model.card.artifacts[id], id);
  const copy = join(project, '.onpar', `fixed-${fixed.batch}.onnx`);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, fixBatch(readFileSync(path), fixed.batch));
  const size = `${fixed.batch}..${fixed.batch}`;
  return fixedOf(await documentOf(['compare', path, copy, '--backend', backend, '--batch', size], project));
}

/** Of one experiment, the one that is about models. */
async function showInReadme({ table, ours, reports, machine }) {
  if (table.letter !== 'D' || reports.length === 0) return;
  const [{ withTable }, { whereAndWhen }] = await Promise.all([
    import('./experiments/readme.mjs'),
    import('./experiments/page-run.mjs'),
  ]);
  const readme = join(root, 'README.md');
  const text = withTable(readFileSync(readme, 'utf8'), { table, ours, where: whereAndWhen({ reports, machine }) });
  writeFileSync(readme, await tidy(text));
}

async function runOne(table, { project, present, out }) {
  const [{ page }, { chartOf }] = await Promise.all([
    import('./experiments/page.mjs'),
    import('./experiments/charts.mjs'),
  ]);
  const { runs, absent, missing } = planOf(table, present);
  const started = performance.now();
  const before = loadavg()[0];
  const reports = [];
  for (const run of runs) reports.push(await compare(run, table.here.batches, project));
  const { sweep } = table.here;
  const sweeps = sweep === undefined ? [] : runs.map((run) => sweepCommandOf(run, sweep));
  const documents = [];
  for (const command of sweeps) documents.push(await documentOf(command, project));
  const fixed = missing.length > 0 ? null : await fixedFor(table, project);
  const ours = { ...withSweeps(table, oursOf(table, reports, absent), documents), fixed };
  const chart = chartOf(table, ours);
  const machine = {
    loads: [before, loadavg()[0]],
    cores: availableParallelism(),
    seconds: (performance.now() - started) / 1e3,
    day: new Date().toISOString().slice(0, 10),
  };
  const commands = [...runs.map((run) => commandOf(run, table.here.batches)), ...sweeps].map((each) => each.join(' '));
  const facts = { table, ours, missing, commands, reports, machine, chart };
  const text = page(facts).replaceAll(root, '.');
  const place = join(out, `${table.letter.toLowerCase()}.md`);
  const formatted = await tidy(text);
  writeFileSync(place, formatted);
  if (out === committed) await showInReadme(facts);
  if (chart !== null) writeFileSync(place.replace(/md$/, 'svg'), chart.svg);
  console.log(`${formatted.split('\n## Verdicts')[0]}\n${place}\n`);
  const red = redOf(reports).map(({ metric, case: name }) => `${metric} ${name}`);
  if (red.length > 0) process.stderr.write(`✗ experiment ${table.letter}: red is ${red.join(', ')}\n`);
  if (missing.length === 0) return red.length > 0 ? 1 : 0;
  process.stderr.write(
    `✗ experiment ${table.letter} was not run: no model ${missing.join(', ')} under fixtures/models\n`,
  );
  return 2;
}
