import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process as it was started. */
export interface StartedProcess {
  readonly pid: number;
  readonly argv: readonly string[];
  /** `NAME=value`, in the system's order. */
  readonly environ: readonly string[];
  /** The arguments of its parent, of its parent's parent and so on, as they were at that moment. */
  readonly ancestors: readonly (readonly string[])[];
  /** True where one of them had ended before the process was seen, so that those above it are not known. */
  readonly orphaned: boolean;
}

/** Programs that have a shim even where this machine lacks them: a call would be worth knowing. */
const ALWAYS = ['git', 'node', 'ssh'];

const COMPLETE = '.complete';
/** Stands after every part of a record; nothing else says it. */
const BOUNDARY = `--- ${randomUUID()} ---\n`;

/**
 * Writes down how it was called, by whom and with what environment, then becomes the real program. It calls
 * nothing by name, so that it never records itself, and one program only, because there are hundreds of calls; the
 * environment is the kernel's copy, byte for byte. In /proc/PID/stat the parent stands behind the name, which may
 * hold spaces and parentheses, and the state.
 */
const SHIM = `#!/bin/sh
_shim_own=\${0%/*}
_shim_name=\${0##*/}
_shim_end="\${_shim_own%/*}/boundary"
_shim_n=0
while [ -e "\${_shim_own%/*}/calls/$$.$_shim_n.complete" ]; do _shim_n=$((_shim_n + 1)); done
_shim_call="\${_shim_own%/*}/calls/$$.$_shim_n"
_shim_parts="/proc/$$/environ|$_shim_end|/proc/$$/cmdline|$_shim_end"
_shim_pid=$PPID
while [ "$_shim_pid" -gt 1 ] && IFS= read -r _shim_stat < "/proc/$_shim_pid/stat"; do
  _shim_parts="$_shim_parts|/proc/$_shim_pid/cmdline|$_shim_end"
  _shim_stat=\${_shim_stat##*) ? }
  _shim_pid=\${_shim_stat%% *}
done
set -f
_shim_ifs=$IFS
IFS='|'
/bin/cat $_shim_parts > "$_shim_call.record"
: > "$_shim_call.complete"
IFS=:
for _shim_folder in $PATH:/usr/local/bin:/usr/bin:/bin; do
  if [ "$_shim_folder" != "$_shim_own" ] && [ -f "$_shim_folder/$_shim_name" ] && [ -x "$_shim_folder/$_shim_name" ]; then
    IFS=$_shim_ifs
    exec "$_shim_folder/$_shim_name" "$@"
  fi
done
echo "$_shim_name: not found" >&2
exit 127
`;

/** A stand-in for every program that the machine's PATH has: made once, because there are thousands. */
let standIns: Promise<string> | undefined;

afterAll(async () => {
  if (standIns !== undefined) await rm(await standIns, { recursive: true, force: true });
});

async function makeStandIns(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-shims-'));
  const shim = join(folder, 'shim');
  await writeFile(shim, SHIM);
  await chmod(shim, 0o755);
  await mkdir(join(folder, 'bin'));
  await Promise.all([...(await programs())].map((name) => symlink(shim, join(folder, 'bin', name))));
  return folder;
}

/** Recording stand-ins, first on a job's PATH, for every program that the machine's PATH has. */
export class Shims {
  private constructor(
    /** What to put first on the PATH. */
    readonly bin: string,
    private readonly calls: string,
  ) {}

  static async create(folder: string): Promise<Shims> {
    const [bin, calls] = [join(folder, 'bin'), join(folder, 'calls')];
    await mkdir(calls, { recursive: true });
    await writeFile(join(folder, 'boundary'), BOUNDARY);
    // A shim is called by this name, and finds its folder for the calls beside it.
    await symlink(join(await (standIns ??= makeStandIns()), 'bin'), bin);
    return new Shims(bin, calls);
  }

  /** Whether these are the arguments of a shim, or of what it calls itself. */
  isOwnWork(argv: readonly string[]): boolean {
    return argv[0] === '/bin/cat' && /^\/proc\/\d+\/(environ|cmdline)$/.test(argv[1] ?? '');
  }

  /** The arguments as the caller meant them: a shim that has not become its program yet is that program. */
  meantBy(argv: readonly string[]): readonly string[] {
    return argv[1]?.startsWith(`${this.bin}/`) ? argv.slice(1) : argv;
  }

  /** Every call so far. */
  async recorded(): Promise<StartedProcess[]> {
    const names = (await readdir(this.calls)).filter((name) => name.endsWith(COMPLETE));
    return Promise.all(
      names.map(async (name) => {
        const record = await readFile(join(this.calls, `${name.slice(0, -COMPLETE.length)}.record`), 'utf8');
        const [environ = '', argv = '', ...ancestors] = record.split(BOUNDARY).slice(0, -1);
        return {
          pid: Number(name.split('.')[0]),
          argv: this.meantBy(nulSeparated(argv)),
          environ: nulSeparated(environ),
          ancestors: ancestors.map(nulSeparated),
          // A caller waits for what it calls, at least until it has started.
          orphaned: false,
        };
      }),
    );
  }
}

/** Splits what /proc shows of arguments and environments. */
export function nulSeparated(text: string): string[] {
  return text.replace(/\0$/, '').split('\0');
}

async function programs(): Promise<Set<string>> {
  const names = new Set(ALWAYS);
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    if (folder === '') continue;
    try {
      for (const name of await readdir(folder)) names.add(name);
    } catch (error) {
      // A PATH may name folders that are not there, or not ours to read: nothing is found in them either.
      if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return names;
}
