import { inspect } from 'node:util';

/**
 * A value that must not be seen: printing, inspecting or serialising it shows a placeholder. Only
 * {@link Secret.reveal} gives the value, so every place that uses it can be found by its name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  get length(): number {
    return this.#value.length;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
