#!/usr/bin/env node
/** The command line: parses, hands over, and turns what went wrong into an exit code. Commands are loaded when they are called. */
import { Command, CommanderError, Option } from 'commander';
import { BadInput } from '../schema/bad-input.ts';
import { version } from '../version.ts';
import type { CompareOptions } from './compare-options.ts';
import type { DiffOptions } from './diff-options.ts';
import type { ReplayOptions } from './gate.ts';

const program = new Command('onpar')
  .description(
    'Tells whether a model is still on par: the same numbers on every backend, the same accuracy, no slower, no bigger.',
  )
  .version(version())
  .showHelpAfterError('(onpar --help lists the commands)')
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: false });

const list = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

const diffHelp = `Exit codes: 0 nothing moved for the worse, 1 something did or nothing could be compared, 2 bad input. A chart is left in .onpar/diff.html.

Examples:
  onpar diff                                        since this branch left the main branch
  onpar diff --base main --only parity,accuracy,size
  onpar diff --anchor v1.2.0                        since then, too: slow creep
  onpar diff simplecnn --base onnxruntime-node@1.29.0 --markdown
  onpar diff simplecnn --backend ort-node/cpu --base ort-web/wasm
  onpar diff simplecnn --threads 2 --base-threads 1
  onpar diff model.onnx model.int8.onnx --quantized
  onpar diff model.onnx --base ort-web/wasm
  onpar diff model.onnx --base onnxruntime-node@1.29.0`;

program
  .command('compare')
  .description('compare models on every backend here, or two model files without any card')
  .argument(
    '[targets...]',
    'a.onnx [b.onnx | tfjs-folder], or parts of case ids such as simplecnn; nothing: all models of this project',
  )
  .option('-b, --backend <ids>', 'only these backends, such as ort-node/cpu,ort-web/wasm', list)
  .option('--batch <sizes>', 'batch sizes, such as 1,8,32; a range such as 1..256 doubles and makes a sweep', list)
  .option(
    '--memory-limit <bytes>',
    'sweep: resident memory of a process, such as 2GiB; beyond it a point is out of memory',
  )
  .option('--changing', 'sweep: time calls after one of another size, too')
  .option('--threads <n>', 'threads of the runtime, 0 for its default', '1')
  .option('--inputs <file>', 'files: feeds from this .npz instead of drawn ones')
  .option('--seed <n>', 'files: seed of the drawn inputs', '7')
  .option('--dim <name=size...>', 'files: size of a symbolic axis')
  .option('--range <name=low:high...>', 'files: range of a drawn input')
  .option('--quantized', 'files: judge the second as an INT8 form of the first')
  .addOption(new Option('--only <what>', 'files: leave latency out').choices(['parity']))
  .option('--json', 'print JSON on stdout')
  .addHelpText(
    'after',
    '\nExamples:\n  onpar compare model.onnx model.int8.onnx --quantized\n  onpar compare model.onnx --backend ort-node/cpu,ort-web/wasm\n  onpar compare simplecnn\n  onpar compare simplecnn/float32 --batch 1..256 --memory-limit 2GiB',
  )
  .action(async (targets: string[], options: CompareOptions) =>
    (await import('./compare.ts')).compare(targets, options),
  );

program
  .command('diff')
  .description('what moved between a base and the new side: parity, accuracy, size and latency of every case')
  .argument('[words...]', 'parts of case ids, nothing for all cases; or files: base.onnx new.onnx')
  .option(
    '--base <what>',
    'a ref, a folder, another version of a runtime package, or another backend; nothing: where this branch began',
  )
  .option('--anchor <what>', 'a second base, such as the tag of the last release: what creeps is seen against it')
  .option('-b, --backend <ids>', 'of the new side: only these backends, such as ort-node/cpu,ort-web/wasm', list)
  .option('--threads <n>', 'threads of the runtime, 0 for its default', '1')
  .option('--base-threads <n>', 'threads of the base, where they are what differs')
  .option('--only <columns>', 'comma list of parity, accuracy, size, latency', list)
  .option('--batch <n>', 'files: rows that are drawn')
  .option('--inputs <file>', 'files: feeds from this .npz instead of drawn ones')
  .option('--seed <n>', 'files: seed of the drawn inputs', '7')
  .option('--dim <name=size...>', 'files: size of a symbolic axis')
  .option('--range <name=low:high...>', 'files: range of a drawn input')
  .option('--quantized', 'files: judge the second as an INT8 form of the first')
  .addOption(new Option('--json', 'print JSON on stdout').conflicts('markdown'))
  .option('--markdown', 'print Markdown for a pull request on stdout')
  .addHelpText('after', `\n${diffHelp}`)
  .action(async (words: string[], options: DiffOptions) => (await import('./diff.ts')).diff(words, options));

program
  .command('bless')
  .description('accept what moved: run the suite and write the baselines that left their budget')
  .argument('[words...]', 'parts of case ids; nothing: all cases')
  .addOption(new Option('--only <kinds>', 'comma list of parity, accuracy, size, latency, memory, relations'))
  .option('--reason <text>', 'why; needed to accept a parity mismatch')
  .action(async (words: string[], options: object) => (await import('./bless.ts')).bless(words, options));

program
  .command('doctor')
  .description('every backend, here or not: version, reason, and the command that would bring it')
  .argument('[backends...]', 'only these')
  .option('--json', 'print JSON on stdout')
  .action(async (ids: string[], options: object) => (await import('./doctor.ts')).doctor(ids, options));

program
  .command('provision')
  .description('set up an optional backend that npm alone cannot: tfjs-node, torch')
  .argument('[ids...]')
  .action(async (ids: string[]) => (await import('./provision.ts')).provision(ids));

const gate = program.command('gate').description('the paired latency gate');

gate
  .command('replay')
  .description('judge a recorded trace of process pairs')
  .argument('<trace.jsonl>', 'one process pair a line, A the base and B the new one')
  .option('--slowdown <fraction>', 'lengthen the visits of B first, such as 0.02', '0')
  .option('--control <trace.jsonl>', 'base against base by the same recorder: the verdict is unfit if they differ')
  .option('--margin <fraction>', "changes up to here are nobody's business (0.005)")
  .option('--budget <fraction>', 'steady lies surely below (0.03)')
  .option('--alpha <fraction>', 'chance of a false alarm (0.01)')
  .option('--json', 'print JSON on stdout')
  .action(async (file: string, options: ReplayOptions) => (await import('./gate.ts')).replay(file, options));

try {
  // commander's own exits (help, usage errors) throw here, so that bad usage can end with 2.
  for (const command of [program, ...program.commands, ...gate.commands]) command.exitOverride();
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** 2: bad input or usage. What a person can mend is one clear error; what only we can mend keeps its stack. */
function exitCodeOf(error: unknown): number {
  // commander has printed its message already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const told = error instanceof BadInput ? `: ${error.message}` : ` failed: ${(error as Error).stack ?? String(error)}`;
  process.stderr.write(`onpar${told}\n`);
  return 2;
}
