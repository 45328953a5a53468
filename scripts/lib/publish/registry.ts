import { runProgram, type ProgramResult } from '../program.ts';
import type { Obstacle } from './obstacle.ts';
import type { PublishRequest } from './request.ts';
import { publishArguments } from './request.ts';
import { environmentWithToken, knowsToken, tokensOf } from './token.ts';

/** Exit codes of the CircleCI CLI from version 1 on (its repository: exit codes); version 0 has none of its own. */
const NOT_AUTHENTICATED = 3;
const NOT_FOUND = 5;

/** What version 0 of the CLI says of a version that is not there, with the exit code of every failure. */
const NOT_FOUND_IN_WORDS = /no Orb '.*' was found/;

const SET_TOKEN =
  'export CIRCLECI_CLI_TOKEN=… (a personal API token, from https://app.circleci.com/settings/user/tokens)';

/** The orb registry, by the CircleCI CLI. */
export class Registry {
  constructor(
    private readonly root: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** What in the CLI, the token or the registry speaks against publishing. Changes nothing. */
  async obstacles(request: Pick<PublishRequest, 'reference' | 'dev'>): Promise<Obstacle[]> {
    const version = await this.cliVersion();
    if (typeof version !== 'string') return [version];
    // Version 0 shows an orb's source to everybody, so nothing but this tells that it has no token.
    if (version.startsWith('0.') && !knowsToken(this.environment)) {
      return [{ what: 'The CircleCI CLI has no token to publish with.', next: SET_TOKEN }];
    }
    // The one question that version 0 and later ones take in the same words.
    const source = await this.circleci(['orb', 'source', request.reference]);
    if (source.code === 0) {
      // A development version may be replaced; a release never ("Orb concepts: semantic versioning").
      if (request.dev !== undefined) return [];
      return [
        {
          what: `The registry has ${request.reference} already, and a released version cannot be replaced.`,
          next: 'raise the version: npm version --no-git-tag-version patch && npm run generate',
        },
      ];
    }
    if (source.code === NOT_FOUND || NOT_FOUND_IN_WORDS.test(source.stderr)) return [];
    if (source.code === NOT_AUTHENTICATED) {
      return [
        {
          what: `The CircleCI CLI has no token that the registry takes: ${said(source)}`,
          next: SET_TOKEN,
        },
      ];
    }
    return [
      {
        what: `The registry could not be asked whether it has ${request.reference}: ${said(source)}`,
        next: `circleci orb source ${request.reference}`,
      },
    ];
  }

  /** Publishes; what the CLI said, the token masked. */
  async publish(request: Pick<PublishRequest, 'reference'>): Promise<ProgramResult> {
    return this.circleci(publishArguments(request));
  }

  private async cliVersion(): Promise<string | Obstacle> {
    const next =
      'install the CircleCI CLI (https://circleci.com/docs/guides/toolkit/local-cli/); in a job, use the image circleci/circleci-cli';
    try {
      const { code, stdout, ...rest } = await this.circleci(['version']);
      if (code === 0) return stdout.trim();
      return { what: `circleci version failed: ${said({ code, stdout, ...rest })}`, next };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return {
        what:
          code === 'ENOENT' ? 'There is no circleci on the PATH.' : `circleci cannot be started: ${message}.`,
        next,
      };
    }
  }

  private async circleci(args: readonly string[]): Promise<ProgramResult> {
    const result = await runProgram('circleci', args, {
      cwd: this.root,
      environment: environmentWithToken(this.environment),
    });
    const masked = (text: string) =>
      tokensOf(this.environment).reduce((rest, token) => rest.replaceAll(token, '[masked]'), text);
    return { code: result.code, stdout: masked(result.stdout), stderr: masked(result.stderr) };
  }
}

/** The end of what a failed program said, in one line. */
function said({ code, stdout, stderr }: ProgramResult): string {
  const words = (stderr.trim() || stdout.trim()).split(/\s*\n\s*/).slice(-4);
  return `${words.join(' / ') || 'it said nothing'} (exit code ${code ?? 'of a signal'})`;
}
