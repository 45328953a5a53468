import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processes of this machine whose environment holds a text, as `pid: command`: what a program that was started
 * with it has left behind. Empty where the system does not tell.
 */
export function processesWith(text: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  const wanted = Buffer.from(text);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`).includes(wanted)) return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        // A process that has ended and was not waited for has neither.
        return [`${pid}: ${command}`];
      } catch {
        // It ended while the list was being read, or belongs to somebody else.
        return [];
      }
    });
}
