/**
 * A small app whose processes cost next to nothing, and whose migration keeps a ledger in a file that the config
 * var `LEDGER` names: one line when it begins and one when it ends, each with the version of the code.
 */
export function appFiles(
  version: number,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    Procfile: procfile({}),
    'web.js': WEB,
    'migrate.sh': MIGRATE,
    'version.txt': `${version}`,
    ...more,
  };
}

/** The Procfile, with other process types than the usual ones, or with a release phase. */
export function procfile(options: { readonly worker?: string; readonly release?: string }): string {
  const { worker = 'worker', release } = options;
  return [
    'web: node web.js',
    `${worker}: exec sleep 100000`,
    'clock: exec sleep 100000',
    ...(release === undefined ? [] : [`release: ${release}`]),
    '',
  ].join('\n');
}

/** The migration as a command. */
export const MIGRATION = 'sh migrate.sh';

const WEB = `const version = require('node:fs').readFileSync(__dirname + '/version.txt', 'utf8');
require('node:http').createServer((q, a) => a.end(version)).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** Holds in its middle for as long as there is a file beside the ledger. */
const MIGRATE = `version=$(cat version.txt)
echo "begin $version" >> "$LEDGER"
echo begun
while [ -e "$LEDGER.hold" ]; do sleep 0.05; done
[ -e "$LEDGER.fail" ] && exit 7
echo "end $version" >> "$LEDGER"
`;
