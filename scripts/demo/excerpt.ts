import type { RehearsalOutput } from '../../src/rehearsal/index.ts';

/** The step in which the deployment happens; the others prepare it or keep its journal. */
const MAIN_STEP = 'Deploy and migrate behind the maintenance page';
/** Of that step: what heroku-cd passes on of Heroku's build, the facts that it began with, and what the next line tells, too. */
const LEFT_OUT = [
  /^ {2}heroku \|/,
  /^== [a-z ]+$/,
  /^== (preflight|snapshot|restart|release|report) succeeded/,
  /^(API key|git|Revision|Clone|Account|App|Permissions|Release|Result): /,
  /^(Heroku starts run\.|On \S+: push |Restarted \d|The migration succeeded)/,
];
/** Of the other steps: that the run takes up what an earlier one left. */
const KEPT = /This run continues it\.$/;

/**
 * A job's output for somebody who watches: the deployment's own step, without what it passes on of Heroku's build.
 *
 * @param verbose everything, with the name of each step.
 */
export function excerpt(print: (line: string) => void, verbose: boolean): RehearsalOutput {
  let step = '';
  const isShown = (line: string): boolean =>
    step === MAIN_STEP ? !LEFT_OUT.some((pattern) => pattern.test(line)) : KEPT.test(line);
  const lines = new Lines((line) => {
    if (verbose || isShown(line)) print(`  ${line}`);
  });
  return {
    stepStarted({ name }) {
      step = name;
      if (verbose) print(`--- ${name}`);
    },
    write: (text) => lines.write(text),
    stepEnded() {
      lines.end();
    },
  };
}

/** Cuts text that comes in pieces into lines. */
class Lines {
  #rest = '';

  constructor(private readonly line: (line: string) => void) {}

  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  end(): void {
    if (this.#rest !== '') this.line(this.#rest);
    this.#rest = '';
  }
}
