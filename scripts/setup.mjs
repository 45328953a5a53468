/**
 * Installs what a command of this project needs, and says so: npm packages by the lock file, and Debian
 * packages where a program is missing. Plain JavaScript, because it runs before anything is installed.
 * Usage: node scripts/setup.mjs [program ...]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.installed-from');
/** Programs and the Debian packages that bring them. */
const packages = {
  git: 'git',
  shellcheck: 'shellcheck',
  yamllint: 'yamllint',
  postgres: 'postgresql',
  memcached: 'memcached',
  saslpasswd2: 'sasl2-bin',
  chromium: 'chromium',
};
/** Debian keeps a version's server programs here, outside of PATH. */
const postgresVersions = '/usr/lib/postgresql';

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error || status !== 0) {
    console.error(`Set-up failed at: ${command} ${args.join(' ')}${error ? ` (${error.message})` : ''}`);
    process.exit(1);
  }
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function isInstalled(program) {
  // Debian's server programs and their tools are in a folder that is not on everybody's PATH.
  if (isOnPath(program) || existsSync(join('/usr/sbin', program))) return true;
  if (program !== 'postgres' || !existsSync(postgresVersions)) return false;
  return readdirSync(postgresVersions).some((version) =>
    existsSync(join(postgresVersions, version, 'bin', program)),
  );
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Node.js 20 or newer is needed; this is ${process.version}.`);
  process.exit(1);
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Set-up: installing npm packages (npm ci) ...');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

const missing = process.argv.slice(2).filter((program) => !isInstalled(program));
if (missing.length > 0) {
  const wanted = missing.map((program) => packages[program] ?? program);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!isOnPath('apt-get') || (sudo.length > 0 && !isOnPath('sudo'))) {
    console.error(`Set-up: please install ${wanted.join(', ')} and try again.`);
    process.exit(1);
  }
  console.log(`Set-up: installing Debian packages: ${wanted.join(', ')} ...`);
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...wanted);
}
