import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The descriptor on which a hook finds this process: git hands it down from http-backend to its hooks. */
export const HOOK_DESCRIPTOR = 3;

/**
 * One script for both hooks. It tells its name, git's object folders and the ref updates, then shows what
 * comes back (`>` lines) until the verdict. Without a verdict the push is refused: a server that died has not
 * accepted anything.
 */
const HOOK = `#!/bin/sh
{
  printf 'hook %s\\n' "\${0##*/}"
  printf 'env GIT_QUARANTINE_PATH=%s\\n' "$GIT_QUARANTINE_PATH"
  printf 'env GIT_OBJECT_DIRECTORY=%s\\n' "$GIT_OBJECT_DIRECTORY"
  printf 'env GIT_ALTERNATE_OBJECT_DIRECTORIES=%s\\n' "$GIT_ALTERNATE_OBJECT_DIRECTORIES"
  while read -r old new ref; do
    printf 'ref %s %s %s\\n' "$old" "$new" "$ref"
  done
  echo end
} >&${HOOK_DESCRIPTOR} || exit 1
while IFS= read -r line <&${HOOK_DESCRIPTOR}; do
  case $line in
    '>'*) printf '%s\\n' "\${line#>}" >&2 ;;
    accepted) exit 0 ;;
    *) exit 1 ;;
  esac
done
exit 1
`;

/**
 * Writes the hooks and git's configuration into `directory` and returns the configuration file.
 * @throws Error when the file system does not let files be executed: git would skip the hook without a word
 * and accept every push.
 */
export function installHooks(directory: string): string {
  const hooks = path.join(directory, 'hooks');
  mkdirSync(hooks, { recursive: true });
  for (const name of ['pre-receive', 'post-receive']) {
    const file = path.join(hooks, name);
    writeFileSync(file, HOOK, { mode: 0o755 });
    try {
      accessSync(file, constants.X_OK);
    } catch (error) {
      throw new Error(
        `${file} cannot be executed (is its file system mounted noexec?), so pushes could not be checked. ` +
          'Choose another folder for the repositories.',
        { cause: error },
      );
    }
  }
  const config = path.join(directory, 'gitconfig');
  writeFileSync(config, configuration(hooks));
  return config;
}

function configuration(hooks: string): string {
  const quoted = `"${hooks.replace(/[\\"]/g, '\\$&')}"`;
  return [
    '[core]',
    `\thooksPath = ${quoted}`,
    // What is lost with the power of this machine is pushed again.
    '\tfsync = none',
    '[safe]',
    '\tdirectory = *',
    '[http]',
    '\treceivepack = true',
    '\tuploadpack = true',
    '[receive]',
    // Refusing a push that is no fast-forward is the client's part, as with Heroku: --force must work.
    '\tdenyNonFastForwards = false',
    // Deletions are judged in the hook, where Heroku's words can be said.
    '\tdenyDeletes = false',
    '\tdenyDeleteCurrent = ignore',
    '\tshallowUpdate = false',
    '\tautogc = false',
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '',
  ].join('\n');
}
