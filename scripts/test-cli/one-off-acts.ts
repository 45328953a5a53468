import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OneOffView } from '../../src/simulator/index.ts';
import type { Act, Stage } from './act.ts';
import { succeed } from './act.ts';

/** One-off dynos with the CLI; they expect the app that the other acts have deployed. */
export const oneOffActs: readonly Act[] = [
  {
    title: 'run attaches to a real process in the slug, and prints all that it prints',
    async perform({ terminal, control, app }) {
      const command = 'pwd > written.txt; echo "out $EXTRA"; echo err >&2; echo "$DYNO"; cat';
      const { stdout } = succeed(
        await terminal.heroku('run', '-a', app, '--env', 'EXTRA=more', '--', command),
      );
      const { oneOffs, slugs, releases, currentRelease } = await control.app(app);
      const name = oneOffs.at(-1)?.name ?? '';
      assert.equal(stdout, `out more\nerr\n${name}\n`);
      const slug = releases.find(({ version }) => version === currentRelease)?.slug;
      const directory = slugs.find(({ id }) => id === slug)?.directory ?? '';
      assert.equal(await readFile(path.join(directory, 'written.txt'), 'utf8'), `${directory}\n`);
      await ended({ control, app }, 0);
    },
  },
  {
    title: 'run expands a process type of the Procfile',
    async perform({ terminal, app }) {
      const { stdout } = succeed(await terminal.heroku('run', '-a', app, '--', 'release'));
      assert.equal(stdout, 'release command ran\n');
    },
  },
  {
    title: "run --exit-code passes the command's status through",
    async perform({ terminal, app }) {
      const failed = await terminal.heroku('run', '--exit-code', '-a', app, '--', 'echo before; (exit 7)');
      assert.equal(failed.code, 7);
      assert.equal(failed.stdout, 'before\n');
      succeed(await terminal.heroku('run', '--exit-code', '-a', app, '--no-tty', '--', 'true'));
      const unknown = await terminal.heroku('run', '--exit-code', '-a', app, '--', 'no-such-command');
      assert.equal(unknown.code, 127);
    },
  },
  {
    title: 'run without --exit-code is green though its command failed',
    async perform({ terminal, control, app }) {
      const { stdout } = succeed(await terminal.heroku('run', '-a', app, '--', 'echo before; exit 7'));
      assert.equal(stdout, 'before\n');
      await ended({ control, app }, 7);
    },
  },
  {
    title: 'run --exit-code finds its status after output of many records',
    async perform({ terminal, app }) {
      const { code, stdout } = await terminal.heroku(
        'run',
        '--exit-code',
        '-a',
        app,
        '--',
        'seq 1 50000; (exit 3)',
      );
      assert.equal(code, 3);
      assert.equal(stdout.trimEnd().split('\n').length, 50_000);
    },
  },
  {
    title: 'run takes a size and a type, and refuses what there is not',
    async perform({ terminal, control, app }) {
      const sized = ['--size', 'standard-2x', '--type', 'console'];
      const { stdout } = succeed(await terminal.heroku('run', '-a', app, ...sized, '--', 'echo $DYNO'));
      assert.match(stdout, /^console\.\d{4}\n$/);
      const refused = await terminal.heroku('run', '-a', app, '--size', 'enormous', '--', 'touch not-run');
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /Couldn't find that dyno size \(enormous\)/);
      assert.notEqual((await control.app(app)).oneOffs.at(-1)?.command, 'touch not-run');
    },
  },
  {
    title: 'run:detached leaves its output in the log, which logs prints',
    async perform({ terminal, control, app }) {
      const { stdout } = succeed(
        await terminal.heroku('run:detached', '-a', app, '--', 'echo detached; exit 5'),
      );
      const { name } = await ended({ control, app }, 5);
      assert.ok(stdout.includes(name), stdout);
      const logs = succeed(await terminal.heroku('logs', '-a', app, '--dyno', name)).stdout;
      for (const text of [
        `heroku[${name}]: Starting process with command \`echo detached; exit 5\``,
        `heroku[${name}]: State changed from starting to up`,
        `app[${name}]: detached`,
        `heroku[${name}]: Process exited with status 5`,
        `heroku[${name}]: State changed from up to complete`,
      ]) {
        assert.ok(logs.includes(text), `${text} is missing in:\n${logs}`);
      }
      const own = succeed(await terminal.heroku('logs', '-a', app, '--source', 'app', '-n', '1')).stdout;
      assert.match(own, / app\[[\w.]+\]: /);
      assert.equal(own.trim().split('\n').length, 1);
    },
  },
  {
    title: 'run:detached --tail follows the log for as long as it is let',
    async perform({ terminal, control, app }) {
      const command = 'sleep 2; echo tailed';
      const { stdout } = await terminal.herokuUntil(
        'to complete',
        'run:detached',
        '--tail',
        '-a',
        app,
        '--',
        command,
      );
      const { name } = await ended({ control, app }, 0);
      assert.ok(stdout.includes(`app[${name}]: tailed`), stdout);
    },
  },
  {
    title: 'ps lists a one-off dyno, ps:restart leaves it, ps:stop ends it',
    async perform({ terminal, control, app }) {
      succeed(await terminal.heroku('run:detached', '-a', app, '--', 'exec sleep 600'));
      const { name } = (await control.app(app)).oneOffs.at(-1) ?? { name: '' };
      assert.match(
        succeed(await terminal.heroku('ps', '-a', app)).stdout,
        new RegExp(`${name.replace('.', '\\.')}.*exec sleep 600`),
      );
      succeed(await terminal.heroku('ps:restart', '-a', app));
      assert.equal((await control.app(app)).oneOffs.at(-1)?.state, 'running');
      succeed(await terminal.heroku('ps:stop', '-a', app, '--dyno-name', name));
      await ended({ control, app }, 143);
    },
  },
  {
    title: 'a connection that breaks looks like success to run, and like a failure to run --exit-code',
    async perform({ terminal, control, app }) {
      const cut = { match: { surface: 'rendezvous' }, effect: { kind: 'cut', bytes: 0 } } as const;
      await control.addFault(cut);
      succeed(await terminal.heroku('run', '-a', app, '--', 'sleep 0.5; exit 9'));
      await ended({ control, app }, 9);
      const { code } = await terminal.heroku('run', '--exit-code', '-a', app, '--', 'true');
      assert.equal(code, 1);
      await control.clearFaults();
    },
  },
  {
    title: 'a certificate that is not trusted is refused, and nothing runs',
    async perform({ terminal, control, app }) {
      await control.addFault({ match: { surface: 'rendezvous' }, effect: { kind: 'wrong-certificate' } });
      const { code } = await terminal.heroku('run', '-a', app, '--', 'touch not-run');
      await control.clearFaults();
      assert.equal(code, 1);
      const { name, state } = (await control.app(app)).oneOffs.at(-1) ?? {};
      assert.equal(state, 'awaiting-client');
      await control.act(app, { action: 'stop', dyno: name ?? '' });
      await ended({ control, app }, 143);
    },
  },
];

/** Waits for the end of the newest one-off dyno, and checks how it ended. */
async function ended(
  { control, app }: Pick<Stage, 'control' | 'app'>,
  exitStatus: number,
): Promise<OneOffView> {
  const view = await control.until(app, ({ oneOffs }) => oneOffs.at(-1)?.state === 'ended');
  const last = view.oneOffs.at(-1);
  assert.ok(last);
  assert.equal(last.exitStatus, exitStatus);
  return last;
}
