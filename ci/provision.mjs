#!/usr/bin/env node
/**
 * Sets up the optional backends that `npm ci` alone cannot: node ci/provision.mjs [backend ...] [--optional] [--json] [--quiet]
 *
 * With --optional what cannot be set up is said in one line and is no failure: the run that follows shows such a backend as not
 * here, with its reason, and ONPAR_REQUIRE makes that red. It is idempotent and cheap when there is nothing to do, so scripts may call it before every run. It is a step of its
 * own, not an install script, because a failing install script would fail `npm ci` for everybody without that backend.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ProvisionError, reasonFor } from './provision/tools.mjs';
import { tfjsNode } from './provision/tfjs-node.mjs';
import { torch } from './provision/torch.mjs';

/**
 * @typedef {(line: string) => void} Log
 * @typedef {{ tensorflow?: string, torch?: string, how: string }} Outcome what is there now, and how it came
 * @typedef {object} Recipe
 * @property {string} id
 * @property {string} costs what it downloads and how long it takes, the first time
 * @property {(root: string) => boolean} isReady
 * @property {(root: string, log: Log) => Promise<Outcome>} provision throws a ProvisionError when it cannot
 */

/** @type {Recipe[]} */
export const recipes = [tfjsNode, torch];

/** @param {string} id */
function recipeFor(id) {
  const recipe = recipes.find((r) => r.id === id);
  if (recipe) return recipe;
  throw new ProvisionError(`unknown backend '${id}'`, `name one of: ${recipes.map((r) => r.id).join(', ')}`);
}

/**
 * Whether a backend works here. Never downloads or builds; slow (a second or two) only the first time it says yes.
 * @param {string} id
 * @param {{ root?: string }} [options] root: the folder whose node_modules holds the package
 */
export function isReady(id, { root = process.cwd() } = {}) {
  return recipeFor(id).isReady(root);
}

/**
 * Makes a backend work, if it does not yet.
 * @param {string} id
 * @param {{ root?: string, log?: Log | undefined }} [options] log gets the progress lines
 * @returns {Promise<Outcome>}
 */
export async function provision(id, { root = process.cwd(), log = () => {} } = {}) {
  return recipeFor(id).provision(root, log);
}

function usage() {
  const list = recipes.map((r) => `  ${r.id}: ${r.costs}`).join('\n');
  return `Usage: node ci/provision.mjs [backend ...] [--optional] [--json] [--quiet]\n\nSets up optional backends (all by default):\n${list}\n--optional: what cannot be set up is said, and is no failure\n`;
}

/** @param {string[]} args */
function readArguments(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { optional: flag, json: flag, quiet: flag, help: { ...flag, short: 'h' } },
  });
  const chosen = positionals.length > 0 ? positionals : recipes.map((r) => r.id);
  for (const id of chosen) recipeFor(id);
  return { ...values, chosen: [...new Set(chosen)] };
}

/**
 * @param {string} id
 * @param {{ optional: boolean, json: boolean, quiet: boolean }} options
 */
async function provisionAndTell(id, { optional, json, quiet }) {
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const outcome = await provision(id, { log: quiet ? undefined : (line) => console.error(line) });
    const { tensorflow, torch: pytorch } = outcome;
    const version = tensorflow ? `TensorFlow ${tensorflow}, ` : pytorch ? `PyTorch ${pytorch}, ` : '';
    if (!json && !quiet) console.log(`${id}: ready (${version}${outcome.how}, ${seconds().toFixed(2)} s)`);
    return { id, ready: true, ...outcome, seconds: seconds() };
  } catch (error) {
    const { what, fix } = reasonFor(error);
    console.error(
      optional
        ? `${id} is left out: ${what} (${fix})`.replaceAll(/\s+/g, ' ')
        : `error: ${id} could not be set up: ${what}\n  fix: ${fix}`,
    );
    return { id, ready: false, error: what, fix, seconds: seconds() };
  }
}

/** @param {string[]} args @returns {Promise<number>} the exit code */
async function main(args) {
  let options;
  try {
    options = readArguments(args);
  } catch (error) {
    const { what, fix } = error instanceof ProvisionError ? error : { what: reasonFor(error).what, fix: 'see --help' };
    console.error(`error: ${what}\n  fix: ${fix}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage());
    return 0;
  }
  const backends = [];
  for (const id of options.chosen) backends.push(await provisionAndTell(id, options));
  if (options.json) console.log(JSON.stringify({ backends }, null, 2));
  return options.optional || backends.every((b) => b.ready) ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
