/** For `node --import`: writes the peak resident bytes of this very process, its workers apart, when it ends. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  // Node reports maxRSS in kilobytes on every platform.
  writeFileSync(process.env['ONPAR_BENCH_PEAK'], `${process.resourceUsage().maxRSS * 1024}`);
});
