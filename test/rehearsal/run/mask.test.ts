import { maskable, Masker } from '../../../src/rehearsal/run/mask.ts';
import { runSteps } from '../helpers.ts';

describe('masking', () => {
  const mask = (secrets: string[], ...chunks: string[]): string => {
    const masker = new Masker(maskable(secrets));
    return chunks.map((chunk) => masker.push(chunk)).join('') + masker.end();
  };

  it('hides whole values of at least four characters that are no truth values', () => {
    expect(maskable(['abc', 'abcd', 'true', 'false', 'abcd', '', 'longer value'])).toEqual([
      'longer value',
      'abcd',
    ]);
    expect(mask(['hunter2'], 'a hunter2 hunter22 Hunter2 hunter')).toBe('a **** ****2 Hunter2 hunter');
  });

  it('hides a value that is split over chunks, in every way', () => {
    const text = 'x secret-value y secret-valuesecret-value z';
    for (let at = 0; at <= text.length; at += 1) {
      for (let then = at; then <= text.length; then += 5) {
        expect(mask(['secret-value'], text.slice(0, at), text.slice(at, then), text.slice(then))).toBe(
          'x **** y ******** z',
        );
      }
    }
  });

  it('prefers the longer of two values, and gives back what only began like one', () => {
    expect(mask(['abcd', 'abcdef'], 'abcdef abcde')).toBe('**** ****e');
    expect(mask(['abcdef'], 'abcd', 'ab', 'cdef', 'abc')).toBe('abcd****abc');
    expect(mask(['aab$'], 'aaab', '$')).toBe('a****');
  });

  it('keeps what is not masked, and everything when it is off', () => {
    expect(mask([], 'anything')).toBe('anything');
  });

  it('covers project variables and contexts, not the job, and not derived values', async () => {
    const options = {
      environment: { PROJECT: 'project-secret', HEROKU_SHORT: 'abc' },
      contexts: { c: { CONTEXT: 'context-secret', MULTI: 'line one\nline two' } },
      keys: 'environment: {JOB: job-value}',
    };
    const steps = `- run: |
    echo "$PROJECT $CONTEXT $HEROKU_SHORT $JOB"
    printf '%s' "$CONTEXT" | base64
    printf 'context-'; sleep 0.2; printf 'secret\\n'
    echo "$MULTI"
    echo "$CONTEXT" >&2`;
    const { output } = (await runSteps(steps, options)).steps[0] ?? { output: '' };
    expect(output).toBe(
      `**** **** abc job-value\n${Buffer.from('context-secret').toString('base64')}\n****\n****\n****\n`,
    );
    const plain = (await runSteps(steps, { ...options, mask: false })).steps[0];
    expect(plain?.output).toContain('project-secret context-secret');
  });

  it('leaves the address of the local Heroku readable', async () => {
    const result = await runSteps('- run: echo "$HEROKU_HOST"', {
      environment: { HEROKU_HOST: 'http://127.0.0.1:9' },
      builtIns: { HEROKU_HOST: 'http://127.0.0.1:9' },
    });
    expect(result.steps[0]?.output).toBe('http://127.0.0.1:9\n');
  });

  it('masks errors of the runner too', async () => {
    const { output } =
      (await runSteps('- store_artifacts: {path: a-secret-path}', { environment: { P: 'a-secret-path' } }))
        .steps[0] ?? {};
    expect(output).toBe('No artifact files found at ****\n');
  });
});
