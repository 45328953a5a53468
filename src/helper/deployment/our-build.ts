import type { Build, Heroku } from '../ports/heroku.ts';

/**
 * Tells the build that this run started from all others: of our commit, and not there before. Heroku lists
 * the builds of git pushes too, with the commit as their version (Platform API Reference: Build).
 */
export class OurBuild {
  readonly #heroku: Heroku;
  readonly #app: string;
  readonly #commit: string;
  readonly #before: ReadonlySet<string>;
  #mayAppear = false;

  constructor(options: { heroku: Heroku; app: string; commit: string; before: readonly Build[] }) {
    this.#heroku = options.heroku;
    this.#app = options.app;
    this.#commit = options.commit;
    this.#before = new Set(options.before.map((build) => build.id));
  }

  /** The newest build of our commit that appeared since; undefined where there is none. */
  async find(heroku: Heroku = this.#heroku): Promise<Build | undefined> {
    const builds = await heroku.builds(this.#app);
    return builds.find((build) => build.version === this.#commit && !this.#before.has(build.id));
  }

  /** It was asked for, and the answer is lost: Heroku may list it, or its release, only in a while. */
  mayAppear(): void {
    this.#mayAppear = true;
  }

  /** Whether not finding it proves nothing yet. */
  get isAwaited(): boolean {
    return this.#mayAppear;
  }
}
