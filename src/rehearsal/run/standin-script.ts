/**
 * The text of the stand-in for CircleCI's `circleci` executable. It knows what steps commonly use: `step halt`,
 * `env subst` and `run release plan|update|log`; anything else fails and says so. Paths are written into it, because a
 * step may clear its environment.
 * @param node the Node.js executable that runs it.
 * @param callsFile the JSON-lines file that every call is appended to.
 * @param haltFile the file whose existence ends the job.
 */
export function standInScript(node: string, callsFile: string, haltFile: string): string {
  return `#!/bin/sh
':' //; exec ${shellQuoted(node)} "$0" "$@"
const fs = require('node:fs');
const argv = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(callsFile)}, JSON.stringify({ argv, at: new Date().toISOString() }) + '\\n');

function substitute(text) {
  const pattern = /\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=+])((?:[^{}]|\\$\\{[^{}]*\\})*))?\\})/g;
  return text.replace(pattern, (_, plain, braced, operator, word) => {
    const value = process.env[plain || braced];
    if (operator === undefined) return value === undefined ? '' : value;
    const present = operator.startsWith(':') ? Boolean(value) : value !== undefined;
    if (operator.endsWith('+')) return present ? substitute(word) : '';
    return present ? value : substitute(word);
  });
}

const [group, verb, action] = argv;
if ((group === 'step' || group === 'task') && verb === 'halt') {
  fs.writeFileSync(${JSON.stringify(haltFile)}, '');
} else if (group === 'env' && verb === 'subst') {
  const text = argv.length > 2 ? argv.slice(2).join(' ') : fs.readFileSync(0, 'utf8');
  process.stdout.write(substitute(text) + (argv.length > 2 ? '\\n' : ''));
} else if (group === 'run' && verb === 'release' && ['plan', 'update', 'log'].includes(action)) {
  process.stdout.write('circleci run release ' + action + ': recorded\\n');
} else {
  process.stderr.write('circleci ' + argv.join(' ') + ': a rehearsal has no such command.\\n');
  process.exitCode = 1;
}
`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
