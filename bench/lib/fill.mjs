/** Fills a graph, or writes as many zeros, and prints the seconds and the peak of its own memory: node fill.mjs GRAPH TARGET [BYTES]. */
import { open } from 'node:fs/promises';
import { built } from './onpar.mjs';

const [graph, target, zeros] = process.argv.slice(2);
const { fillGraph } = await built('models/recipe/fill.js');
const start = performance.now();
if (zeros === undefined) await fillGraph(graph, 20, target);
else await writeZeros(Number(zeros));
const seconds = (performance.now() - start) / 1e3;
console.log(JSON.stringify({ seconds, peak: process.resourceUsage().maxRSS * 1024 }));

async function writeZeros(bytes) {
  const file = await open(target, 'wx');
  const chunk = Buffer.alloc(4 << 20);
  for (let left = bytes; left > 0; left -= chunk.length) await file.write(chunk, 0, Math.min(left, chunk.length));
  await file.close();
}
