import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
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
const NEXT_ANCESTOR = '\x01\n';

/**
 * Writes down how it was called, by whom and with what environment, then becomes the real program. It calls
 * nothing by name, so that it never records itself; the environment is the kernel's copy, byte for byte.
 * In /proc/PID/stat the parent stands behind the name, which may hold spaces and parentheses, and the state.
 */
const SHIM = `#!/bin/sh
_shim_own=\${0%/*}
_shim_name=\${0##*/}
_shim_n=0
while [ -e "$_shim_own/../calls/$$.$_shim_n.complete" ]; do _shim_n=$((_shim_n + 1)); done
_shim_call="$_shim_own/../calls/$$.$_shim_n"
/bin/cat "/proc/$$/environ" > "$_shim_call.environ"
/bin/cat "/proc/$$/cmdline" > "$_shim_call.argv"
: > "$_shim_call.ancestors"
_shim_pid=$PPID
while [ "$_shim_pid" -gt 1 ] && IFS= read -r _shim_stat < "/proc/$_shim_pid/stat"; do
  /bin/cat "/proc/$_shim_pid/cmdline" >> "$_shim_call.ancestors"
  printf '\\001\\n' >> "$_shim_call.ancestors"
  _shim_stat=\${_shim_stat##*) ? }
  _shim_pid=\${_shim_stat%% *}
done
: > "$_shim_call.complete"
set -f
_shim_ifs=$IFS
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

/** Recording stand-ins, first on a job's PATH, for every program that the machine's PATH has. */
export class Shims {
  private constructor(
    /** What to put first on the PATH. */
    readonly bin: string,
    private readonly calls: string,
  ) {}

  static async create(folder: string): Promise<Shims> {
    const [bin, calls] = [join(folder, 'bin'), join(folder, 'calls')];
    await mkdir(bin, { recursive: true });
    await mkdir(calls);
    const shim = join(folder, 'shim');
    await writeFile(shim, SHIM);
    await chmod(shim, 0o755);
    await Promise.all([...(await programs())].map((name) => symlink(shim, join(bin, name))));
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
        const call = join(this.calls, name.slice(0, -COMPLETE.length));
        const [argv, environ, ancestors] = await Promise.all(
          ['argv', 'environ', 'ancestors'].map((part) => readFile(`${call}.${part}`, 'utf8')),
        );
        return {
          pid: Number(name.split('.')[0]),
          argv: this.meantBy(nulSeparated(argv ?? '')),
          environ: nulSeparated(environ ?? ''),
          ancestors: (ancestors ?? '').split(NEXT_ANCESTOR).slice(0, -1).map(nulSeparated),
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
