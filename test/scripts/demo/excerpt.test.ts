import { excerpt } from '../../../scripts/demo/excerpt.ts';

function printed(verbose: boolean): string[] {
  const lines: string[] = [];
  const output = excerpt((line) => lines.push(line), verbose);
  const step = (name: string, ...texts: string[]): void => {
    const header = { index: 0, name, type: 'run' };
    output.stepStarted?.(header);
    for (const text of texts) output.write(text, 0);
    const ended = {
      status: 'success',
      exitCode: 0,
      outputBytes: 0,
      output: '',
      durationMs: 0,
      attempts: 1,
    } as const;
    output.stepEnded?.({ ...header, ...ended });
  };
  step(
    'Look before the first change',
    'App: corner-shop\nWARNING: An earlier run holds it. This run continues it.\n',
  );
  step(
    'Deploy and migrate behind the maintenance page',
    '== ship\n  heroku | -----> Building\n== ship succ',
    'eeded after 2.0 s\n  migrate | one\nState now:\nno line’s end',
  );
  return lines;
}

it('shows the deployment without Heroku’s build, and what the run takes up', () => {
  expect(printed(false)).toEqual([
    '  WARNING: An earlier run holds it. This run continues it.',
    '  == ship succeeded after 2.0 s',
    '    migrate | one',
    '  State now:',
    '  no line’s end',
  ]);
});

it('shows everything when it is asked to', () => {
  expect(printed(true)).toEqual([
    '--- Look before the first change',
    '  App: corner-shop',
    '  WARNING: An earlier run holds it. This run continues it.',
    '--- Deploy and migrate behind the maintenance page',
    '  == ship',
    '    heroku | -----> Building',
    '  == ship succeeded after 2.0 s',
    '    migrate | one',
    '  State now:',
    '  no line’s end',
  ]);
});
