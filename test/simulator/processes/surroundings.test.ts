import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Observed, useBench } from './bench.ts';

const bench = useBench();

describe('what the process gets', () => {
  test('exactly the environment it is given, and PATH, HOME and PORT', async () => {
    process.env.LEAKED_FROM_THE_HOST = 'secret';
    try {
      const port = await bench.host.freePort();
      const dyno = new Observed(bench, 'env -0 | tr "\\n\\0" " \\n"', {
        port,
        environment: { A: 'x y', MULTI: '1\n2' },
      });
      await dyno.running.exited;
      // These three are bash's own.
      const given = dyno.lines.filter((line) => !/^(PWD|SHLVL|_)=/.test(line)).sort();
      expect(given).toEqual(
        ['A=x y', 'MULTI=1 2', `HOME=${bench.directory}`, `PATH=${process.env.PATH}`, `PORT=${port}`].sort(),
      );
    } finally {
      delete process.env.LEAKED_FROM_THE_HOST;
    }
  });

  test('PATH and HOME can be given; PORT is the platform’s', async () => {
    const environment = { PATH: `/custom:${process.env.PATH}`, HOME: '/app', PORT: '1' };
    const dyno = new Observed(bench, 'echo "$HOME $PORT ${PATH%%:*}"', { port: 4321, environment });
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['/app 4321 /custom']);
  });

  test('no start-up files of bash', async () => {
    await writeFile(path.join(bench.directory, '.bashrc'), 'echo from bashrc\n');
    await writeFile(path.join(bench.directory, '.profile'), 'echo from profile\n');
    const dyno = new Observed(bench, 'echo only this; pwd');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['only this', bench.directory]);
  });

  test('nothing on stdin', async () => {
    const dyno = new Observed(bench, 'cat; echo "end of input"');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['end of input']);
  });

  test('bash’s own syntax, over several lines', async () => {
    const dyno = new Observed(bench, 'set -o pipefail\nfor i in 1 2; do echo "$i"; done | tac && echo {a,b}');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['2', '1', 'a b']);
  });

  test('stdout and stderr keep their order; a last line needs no end', async () => {
    const dyno = new Observed(
      bench,
      'for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; done; printf last',
    );
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3', 'last']);
  });

  test('both outputs can be opened by their names', async () => {
    const dyno = new Observed(
      bench,
      'echo out > /dev/stdout; echo err > /dev/stderr; echo more | tee /dev/stderr',
    );
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['out', 'err', 'more', 'more']);
  });

  test('much output arrives whole', async () => {
    const dyno = new Observed(bench, 'seq 1 50000');
    await dyno.running.exited;
    expect(dyno.lines).toHaveLength(50_000);
    expect(dyno.lines.at(-1)).toBe('50000');
  });
});
