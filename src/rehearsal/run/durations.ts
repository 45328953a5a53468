import { RehearsalError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration such as `10m`, `1.25h`, `5s` or `1h30m` into milliseconds.
 * Source: Configuration reference, `no_output_timeout`.
 * @throws RehearsalError naming the field.
 */
export function parseDuration(text: string, field: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) {
    throw new RehearsalError(
      `${field} must be a duration such as 10m, 1.25h or 30s, not ${JSON.stringify(text)}.`,
      field,
    );
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** Writes milliseconds as CircleCI's agent does, such as `10m0s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${String(Number((seconds % 60).toFixed(3)))}s`;
  if (hours > 0) return `${String(hours)}h${String(minutes)}m${rest}`;
  return minutes > 0 ? `${String(minutes)}m${rest}` : rest;
}
