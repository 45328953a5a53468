/** What the contract says of caches and of the app's health, which come after the release and its migration. */
import { commitOf, Findings } from './oracle-app.ts';
import type { Intent, Result } from './oracle-told.ts';
import type { Observation } from './slot.ts';

/** The cache is flushed while the page is up, after the migration, and what is not flushed is named. */
export function judgeFlush(
  run: Observation,
  intent: Intent,
  exitCode: number,
  result: Result | undefined,
): readonly string[] {
  const { cache, moments, after, before } = run;
  if (cache === undefined) return [];
  const findings = new Findings();
  const told = result?.caches ?? [];
  findings.unless(
    told.length === 0 || !cache.isFilled,
    `result.json names ${told.join(', ')} as flushed, and it still holds what it held`,
  );
  findings.unless(
    told.every((one) => one.includes(cache.address)),
    'result.json names another cache than the app’s',
  );
  if (exitCode === 0) {
    findings.unless(!cache.isFilled, 'the cache was not flushed');
    findings.unless(told.length === 1, 'result.json does not name the cache as flushed');
    for (const { cached } of moments.openings) {
      findings.unless(!cached, 'the page came off before the cache was flushed');
    }
  }
  if (exitCode === 2) findings.unless(cache.isFilled, 'the cache was flushed');
  for (const { running } of moments.flushes) {
    findings.unless(running.length === 0, `the cache was flushed while ${running.join(', ')} ran`);
  }
  const serves = commitOf(after) === intent.commit && after.maintenance === before.maintenance;
  if (exitCode === 5 && serves && (cache.isFilled || told.length === 0)) {
    findings.unless(
      /flush|cache/i.test(`${result?.error?.what ?? ''} ${result?.error?.why ?? ''}`),
      'the cache was not flushed, and the error does not name it',
    );
  }
  return findings.all;
}

/** Who says that the app is deployed has seen it answer, so many times in a row, after the window. */
export function judgeHealth(
  run: Observation,
  intent: Intent,
  exitCode: number,
  result: Result | undefined,
): readonly string[] {
  if (intent.checked === 0) return [];
  const findings = new Findings();
  const asked = run.requests.filter(({ surface }) => surface === 'router');
  const row = asked.slice(-intent.checked);
  const isWell = row.length === intent.checked && row.every(({ status }) => status === 200);
  const page = run.requests.findLast(({ method, path }) => method === 'PATCH' && path === `/apps/${run.app}`);
  if (exitCode === 0) {
    findings.unless(intent.healthy, 'an app that answers 500 is said to be deployed well');
    findings.unless(isWell, `the app was not seen to answer ${intent.checked} times in a row`);
    findings.unless(
      page === undefined || row.every(({ at }) => at >= page.at),
      'the app was asked how it is before the page came off',
    );
  }
  const serves = commitOf(run.after) === intent.commit && run.after.maintenance === run.before.maintenance;
  findings.unless(
    !/The code of v\d+ serves again/.test(run.log) || commitOf(run.after) === intent.commitBefore,
    'the code from before is said to serve again, and it does not',
  );
  if (exitCode === 1) findings.unless(commitOf(run.after) === intent.commitBefore, 'the new code serves');
  if (exitCode === 5 && serves && !intent.healthy) {
    const told = `${result?.error?.what ?? ''} ${result?.error?.why ?? ''}`;
    findings.unless(/health/.test(told), 'the app is not healthy, and the error does not name it');
    findings.unless(/rollback|logs/.test(result?.error?.next ?? ''), 'no way back is named');
  }
  return findings.all;
}
