import { parseArgs } from 'node:util';
import { ORB_NAME } from '../../../src/orb/context.ts';
import { PACKED_FILE } from '../../../src/orb/tree/index.ts';

/** What is to be published, and where. */
export interface PublishRequest {
  /** The version of package.json, which is that of the helper inside the orb. */
  readonly version: string;
  /** The label of a development version; undefined for a release. */
  readonly dev: string | undefined;
  readonly namespace: string;
  /** `namespace/orb@version`, as the CircleCI CLI takes it. */
  readonly reference: string;
  /** Say what would be run, and run nothing that publishes. */
  readonly dryRun: boolean;
}

/** What package.json says. */
export interface PublishManifest {
  readonly version: string;
  readonly config: { readonly orbNamespace: string };
}

/** The command line is not one that this script takes. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm run orb:publish -- [VERSION] [--dev LABEL] [--dry-run]

Publishes the committed ${PACKED_FILE} through the CircleCI CLI, as the version of package.json.

  VERSION      the version you mean; it must be the one of package.json
  --dev LABEL  publish the development version dev:LABEL instead, which can be replaced later
  --dry-run    make every check and print what would be run, but publish nothing

The namespace is ORB_NAMESPACE, or config.orbNamespace of package.json.`;

/**
 * CircleCI takes more in the label of a development version ("Orb concepts: development versions"); this is
 * what can be typed into a config.yml without a thought about quoting.
 */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/**
 * Reads the command line; undefined where help is asked for.
 * @throws UsageError that names the argument at fault.
 */
export function readRequest(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  manifest: PublishManifest,
): PublishRequest | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [wanted, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`There is one VERSION, and ${more.join(', ')} besides.`);
  const { version } = manifest;
  if (wanted !== undefined && wanted.replace(/^v/, '') !== version) {
    throw new UsageError(
      `VERSION ${wanted} is not the version of package.json, which is ${version}. ` +
        `Next: npm version --no-git-tag-version ${wanted.replace(/^v/, '')} && npm run generate`,
    );
  }
  if (values.dev !== undefined && !LABEL.test(values.dev)) {
    throw new UsageError(
      `--dev ${JSON.stringify(values.dev)} is no label: letters, digits and . _ / - are, up to 200 of them.`,
    );
  }
  const namespace = environment['ORB_NAMESPACE'] || manifest.config.orbNamespace;
  const published = values.dev === undefined ? version : `dev:${values.dev}`;
  return {
    version,
    dev: values.dev,
    namespace,
    reference: `${namespace}/${ORB_NAME}@${published}`,
    dryRun: values['dry-run'] === true,
  };
}

/** The arguments of `circleci` that publish. */
export function publishArguments(request: Pick<PublishRequest, 'reference'>): string[] {
  return ['orb', 'publish', PACKED_FILE, request.reference];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dev: { type: 'string' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
