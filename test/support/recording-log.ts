import type { Log } from '../../src/helper/ports/log.ts';

/** A log that keeps its lines, unmasked: what is a secret must not get as far as here. */
export class RecordingLog implements Log {
  readonly infos: string[] = [];
  readonly warnings: string[] = [];
  readonly outputs: string[] = [];
  readonly secrets: string[] = [];

  info(text: string): void {
    this.infos.push(text);
  }

  warn(text: string): void {
    this.warnings.push(text);
  }

  output(source: string, lines: string): void {
    this.outputs.push(...lines.split('\n').map((line) => `${source}: ${line}`));
  }

  addSecret(value: string): void {
    this.secrets.push(value);
  }

  clean(text: string): string {
    return this.secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }

  get all(): string {
    return [...this.infos, ...this.warnings, ...this.outputs].join('\n');
  }
}
