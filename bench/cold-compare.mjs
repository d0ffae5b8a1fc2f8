/** How long until a verdict, from a cold start? Whole processes, alternated, parity only. --with-polygraphy brings that peer. */
import { alternate, ratios } from './lib/figures.mjs';
import { benchModel, cli, needBuild, peer, timeNode, timeProcess } from './lib/onpar.mjs';
import { findPolygraphy } from './lib/polygraphy.mjs';
import { benchmark, pairedRow } from './lib/report.mjs';

const batch = '32';
/** Rows that onpar draws where nothing is asked for; the fork spike gets as many. Polygraphy runs one. */
const drawn = '4';

needBuild();
await benchmark('Cold compare: onpar compare --only parity, whole process', 15, async (options, log) => {
  const model = benchModel();
  const twoBackends = () =>
    timeNode([
      cli,
      'compare',
      model.path,
      '--only',
      'parity',
      '--backend',
      'ort-node/cpu,ort-web/wasm',
      '--batch',
      batch,
    ]);
  const twoSessions = () => timeNode([cli, 'compare', model.path, model.path, '--only', 'parity']);
  const row = async (what, against, target, ours, theirs) => {
    log(`${what} against ${against}`);
    const taken = await alternate(options.pairs, ours, theirs);
    return pairedRow(what, against, {
      relation: ratios(taken.ours, taken.theirs),
      unit: 'x',
      target,
      ...taken,
    });
  };
  const rows = [
    await row(`${model.name}, ort-node against ort-web`, 'a bare script', 1.3, twoBackends, () =>
      timeNode([peer('two-runtimes.cjs'), model.path, batch]),
    ),
    await row(`${model.name}, two ort-node sessions`, 'two bare forks', null, twoSessions, () =>
      timeNode([peer('two-forks.cjs'), model.path, drawn]),
    ),
  ];
  const polygraphy = findPolygraphy(options.withPolygraphy, log);
  if (polygraphy === null) {
    return {
      rows,
      missing: [
        {
          what: 'polygraphy run MODEL --onnxrt --onnxrt (target <= 1.2x)',
          bring: 'node bench/cold-compare.mjs --with-polygraphy',
        },
      ],
    };
  }
  const { file, versions } = polygraphy;
  const theirs = () => timeProcess(file, ['run', model.path, '--onnxrt', '--onnxrt']).seconds;
  return {
    rows: [
      ...rows,
      await row(`${model.name}, two ort-node sessions`, `polygraphy (${versions})`, 1.2, twoSessions, theirs),
    ],
  };
});
