import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { ScriptedServer, json } from '../../support/scripted-server.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { clientOf, closeBenches, KEY, rejection, rows } from './fixtures.ts';

afterEach(closeBenches);

describe('over TLS', () => {
  it('sends nothing to a server whose certificate nobody vouches for, and does not try again', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const server = await new ScriptedServer({ key, cert }).listen();
    server.otherwise(json(200, rows.app));
    try {
      const log = new RecordingLog();
      const heroku = clientOf(server.url, new InstantClock(), log);
      const error = (await rejection(heroku.app('shop'))) as Error & { next: string };
      expect(error).toMatchObject({ effect: 'none', verdict: 'failed', status: undefined });
      expect(error.message).toMatch(
        /certificate .* is not trusted \((DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_\w+)\)/,
      );
      expect(error.next).toContain('NODE_EXTRA_CA_CERTS');
      expect(server.requests).toHaveLength(0);
      expect(log.infos).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('trusts nobody because of NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const server = await new ScriptedServer({ key, cert }).listen();
    server.otherwise(json(200, rows.app));
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', join(__dirname, 'support/ask-for-app.ts'), server.url],
        {
          cwd: resolve(__dirname, '../../..'),
          env: { PATH: process.env.PATH, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        },
      );
      expect(stdout).toContain('is not trusted');
      expect(server.requests).toHaveLength(0);
    } finally {
      await server.close();
    }
  });

  it('sends nothing to a server that speaks no TLS', async () => {
    const server = await new ScriptedServer().listen();
    try {
      const url = server.url.replace('http:', 'https:');
      const heroku = clientOf(url, new InstantClock(), new RecordingLog(), { retryBudgetMs: 0 });
      const error = await rejection(heroku.app('shop'));
      expect(error).toMatchObject({
        effect: 'none',
        message: expect.stringContaining('connection to Heroku broke'),
      });
      expect(JSON.stringify(server.requests)).not.toContain(KEY);
    } finally {
      await server.close();
    }
  });
});
