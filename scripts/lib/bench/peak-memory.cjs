'use strict';
/*
 * Preloaded into a measured process. The kernel's high-water mark of this program is read from /proc: what
 * process.resourceUsage() gives begins, on Linux, with the memory of the process that started this one.
 */
const fs = require('fs');

process.on('exit', () => {
  let peak;
  try {
    peak = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
  } catch (error) {
    // No procfs, as on macOS.
    peak = process.resourceUsage().maxRSS;
  }
  fs.writeFileSync(process.env.HEROKU_CD_BENCH_PEAK, String(peak));
});
