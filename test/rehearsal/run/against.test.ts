import { buildJob, runSteps } from '../helpers.ts';
import { rehearseJob } from '../../../src/rehearsal/index.ts';

const start = (environment: Record<string, string>, against?: string): ReturnType<typeof rehearseJob> =>
  rehearseJob({
    config: { text: buildJob('- run: echo started') },
    job: 'build',
    environment,
    against,
    callerEnvironment: { PATH: process.env.PATH },
  });

describe('the host that a job talks to', () => {
  it.each([
    'http://127.0.0.1:5055',
    'https://localhost:1',
    'http://[::1]:8080',
    '127.0.0.1:5055',
    'localhost',
    'http://127.1.2.3',
  ])('may be this machine: %s', async (HEROKU_HOST) => {
    expect((await start({ HEROKU_HOST })).status).toBe('success');
  });

  it.each([
    [{}, /HEROKU_HOST is not set in the job's environment, so the job would talk to the real Heroku/],
    [{ HEROKU_HOST: '' }, /HEROKU_HOST is not set/],
    [
      { HEROKU_HOST: 'heroku.com' },
      /HEROKU_HOST names heroku.com, which is not this machine.*--against api.heroku.com/,
    ],
    [{ HEROKU_HOST: 'https://127.0.0.1.evil.example' }, /names 127.0.0.1.evil.example/],
    [{ HEROKU_HOST: 'https://localhost.example:1' }, /names localhost.example/],
    [{ HEROKU_HOST: 'https://localhost@evil.example' }, /names evil.example/],
    [{ HEROKU_HOST: 'not a host' }, /names not a host/],
    [{ HEROKU_HOST: 'localhost', HEROKU_GIT_HOST: 'git.heroku.com' }, /HEROKU_GIT_HOST names git.heroku.com/],
    [
      { HEROKU_HOST: 'localhost', MEMCACHIER_API_URL: 'https://dashboard.memcachier.com' },
      /MEMCACHIER_API_URL names/,
    ],
  ])('is refused: %j', async (environment, reason) => {
    await expect(start(environment)).rejects.toThrow(reason);
  });

  it('may be one that the user names', async () => {
    expect((await start({}, 'api.heroku.com')).status).toBe('success');
    expect((await start({}, 'heroku.com')).status).toBe('success');
    expect((await start({ HEROKU_HOST: 'https://staging.example' }, 'staging.example')).status).toBe(
      'success',
    );
    await expect(start({}, 'staging.example')).rejects.toThrow(/real Heroku/);
    await expect(start({ HEROKU_HOST: 'https://other.example' }, 'api.heroku.com')).rejects.toThrow(
      /other.example/,
    );
  });

  it('is looked at in every step and in the job', async () => {
    const step = runSteps(
      '- run: echo\n- run: {command: echo never, environment: {HEROKU_HOST: heroku.com}}',
    );
    await expect(step).rejects.toThrow(/HEROKU_HOST names heroku.com/);
    await expect(runSteps('- run: echo', { keys: 'environment: {HEROKU_HOST: ""}' })).rejects.toThrow(
      /is not set/,
    );
  });

  it('is handed on by the caller', async () => {
    const result = await rehearseJob({
      config: { text: buildJob('- run: echo "$HEROKU_HOST $HEROKU_API_KEY"') },
      job: 'build',
      callerEnvironment: {
        PATH: process.env.PATH,
        HEROKU_HOST: 'http://127.0.0.1:7',
        HEROKU_API_KEY: 'of-the-caller',
      },
    });
    expect(result.steps[0]?.output).toBe('http://127.0.0.1:7 \n');
  });
});
