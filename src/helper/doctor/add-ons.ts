import { isAddOn } from '../database/backup-plan.ts';
import { isOver } from '../database/transfer.ts';
import type { Findings } from '../deployment/findings.ts';
import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import type { DatabaseAddOn, Heroku } from '../ports/heroku.ts';
import type { AttachedAddOn } from '../ports/inspection.ts';

/** Services that start or scale dynos by themselves (Heroku Elements: Scheduling, Dynos). */
const SCHEDULERS = /^(?:advanced-|cron-?to-?go|scheduler|temporize|process-scheduler)/;
const AUTOSCALERS = /^(?:adept-scale|autoscale|hirefire|judoscale|rails-autoscale)/;
const CACHES = /^(?:memcachier|memcachedcloud)$/;
const DAY_MS = 86_400_000;
const OLD_DAYS = 7;

/** What acts on the app by itself, and which caches there are. */
export function checkAddOns(app: string, addOns: readonly AttachedAddOn[], findings: Findings): void {
  const open = (service: string): string => `\`heroku addons:open ${service} -a ${app}\``;
  for (const { service, name, attachment } of addOns) {
    if (SCHEDULERS.test(service)) {
      const what = `${name} starts dynos by itself, also while a window is open and a database migrates`;
      findings.note('Scheduler', what, `${open(name)}, and keep its jobs out of the hours of deployments`);
    } else if (AUTOSCALERS.test(service)) {
      const what = `${name} scales dynos by itself, also back up what a window has stopped`;
      findings.note('Autoscaler', what, `${open(name)}, and switch it off for migrations`);
    } else if (CACHES.test(service)) {
      findings.ok('Cache', `${name}, config vars ${attachment}_*`);
    }
  }
}

/** Whether there would be a way back for the data. */
export async function checkDatabase(
  heroku: Heroku,
  app: string,
  nowMs: number,
  findings: Findings,
): Promise<void> {
  const database = await heroku.database(app);
  if (!isAddOn(database)) {
    if (database === undefined) findings.ok('Database', 'none of Heroku Postgres');
    else {
      findings.note(
        'Database',
        'DATABASE_URL leads to one that is no add-on of Heroku Postgres: it is not backed up here',
        'Have its provider back it up before a migration, such as in `before-migrate`',
      );
    }
    return;
  }
  findings.ok('Database', `${database.name}, ${database.plan}`);
  const [facts, transfers, attachments] = await Promise.all([
    heroku.databaseFacts(database.id),
    heroku.transfers(database.billingApp),
    heroku.attachments(database.id),
  ]);
  const others = [...new Set(attachments.map((one) => one.app))].filter((name) => name !== app);
  if (others.length > 0) {
    findings.note(
      'Shared database',
      `${others.join(', ')} ${others.length === 1 ? 'uses' : 'use'} it too, and would meet a migration or a restore while serving`,
      `\`heroku addons:info ${database.name}\` lists them; stop them first, and only then \`shared-database: accept\``,
    );
  }
  const pending = transfers.find((one) => !isOver(one));
  if (pending !== undefined) {
    findings.note(
      'Backups',
      `${pending.name} is going on since ${pending.createdAt}, and no other can begin`,
      `\`heroku pg:backups:cancel ${pending.name} -a ${database.billingApp}\`, unless its end is near`,
    );
  }
  const last = transfers.findLast(({ kind, succeeded }) => kind === 'backup' && succeeded);
  const age = Math.floor((nowMs - Date.parse(last?.finishedAt ?? '')) / DAY_MS);
  if (facts.protected) findings.ok('Way back', 'continuous protection');
  else if (age < OLD_DAYS) findings.ok('Way back', `backup ${last?.name ?? ''} of ${last?.createdAt ?? ''}`);
  else {
    const why = last === undefined ? 'no backup' : `no backup since ${last.name}, ${age} days ago`;
    findings.note(
      'Way back',
      `${why}, and the plan has no continuous protection`,
      scheduleCommand(database, app, attachments.find((one) => one.app === database.billingApp)?.name),
    );
  }
}

/** A schedule is of the billing app, and of a database by the name that this app has for it. */
function scheduleCommand({ billingApp, name }: DatabaseAddOn, app: string, attached?: string): string {
  const what = billingApp === app ? 'DATABASE_URL' : (attached ?? name);
  return `\`heroku pg:backups:schedule ${what} --at "02:00 UTC" -a ${billingApp}\``;
}

/** Heroku’s own page says nothing of the app, and people take it for an outage (Dev Center: Error Pages). */
export async function checkPage(heroku: Heroku, app: string, findings: Findings): Promise<void> {
  let page: string | undefined;
  try {
    page = (await heroku.configVars(app)).get('MAINTENANCE_PAGE_URL');
  } catch (error) {
    if (!(error instanceof HerokuApiError) || error.status !== 403) throw error;
    return findings.ok('Page', 'not told: the key may not read config vars');
  }
  if (page?.startsWith('web~')) return findings.ok('Page', 'of the app’s own');
  const what = page === undefined ? 'Heroku’s own' : 'MAINTENANCE_PAGE_URL is no address of a page';
  findings.note('Page', what, `\`heroku config:set MAINTENANCE_PAGE_URL=https://… -a ${app}\``);
}
