import { backupDatabaseCommand } from './commands/backup-database.ts';
import { closeWindowCommand } from './commands/close-window.ts';
import { deployCommand } from './commands/deploy.ts';
import { doctorCommand } from './commands/doctor.ts';
import { flushCacheCommand } from './commands/flush-cache.ts';
import { installCommand } from './commands/install.ts';
import { maintenanceOffCommand } from './commands/maintenance-off.ts';
import { maintenanceOnCommand } from './commands/maintenance-on.ts';
import { maintenanceWrappedMigrateCommand } from './commands/maintenance-wrapped-migrate.ts';
import { openWindowCommand } from './commands/open-window.ts';
import { recoverCommand } from './commands/recover.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { restoreDatabaseCommand } from './commands/restore-database.ts';
import { runOneOffCommand } from './commands/run-one-off.ts';
import { scaleCommand } from './commands/scale.ts';
import { setMaintenancePageCommand } from './commands/set-maintenance-page.ts';
import type { OrbContext } from './context.ts';
import { branchesToApps } from './examples/branches-to-apps.ts';
import { deployInsideYourOwnJob } from './examples/deploy-inside-your-own-job.ts';
import { deployMainAfterTests } from './examples/deploy-main-after-tests.ts';
import { flushTheCache } from './examples/flush-the-cache.ts';
import { migrateByHand } from './examples/migrate-by-hand.ts';
import { migrateInAWindow } from './examples/migrate-in-a-window.ts';
import { migrateWithoutAWindow } from './examples/migrate-without-a-window.ts';
import { recoverAfterACancel } from './examples/recover-after-a-cancel.ts';
import { restoreAfterAFailedMigration } from './examples/restore-after-a-failed-migration.ts';
import { rollBackFromCircleci } from './examples/roll-back-from-circleci.ts';
import { stagingAndProduction } from './examples/staging-and-production.ts';
import { stepsAroundADeployment } from './examples/steps-around-a-deployment.ts';
import { twoAppsOfOneRepository } from './examples/two-apps-of-one-repository.ts';
import { defaultExecutor } from './executors/default.ts';
import { closeWindowJob } from './jobs/close-window.ts';
import { deployJob } from './jobs/deploy.ts';
import { flushCacheJob } from './jobs/flush-cache.ts';
import { maintenanceWrappedMigrateJob } from './jobs/maintenance-wrapped-migrate.ts';
import { openWindowJob } from './jobs/open-window.ts';
import { recoverJob } from './jobs/recover.ts';
import { rollbackJob } from './jobs/rollback.ts';
import { orbDocument, type OrbDocument } from './sdk/index.ts';

/** Says on the registry's page what the orb is for and where it runs. */
const DESCRIPTION =
  'Safe continuous deployment to Heroku: the exact commit that was tested is deployed, and a job is green only when Heroku itself confirms that its release is current. Needs an image with Node.js 20 or newer and git, on Linux or macOS; the helper is part of the orb, and nothing is downloaded when it runs.';

/** The whole orb, as plain data. */
export function buildOrb(context: OrbContext): OrbDocument {
  return orbDocument(
    {
      version: 2.1,
      description: DESCRIPTION,
      display: { home_url: context.homeUrl, source_url: context.sourceUrl },
    },
    [
      defaultExecutor(),
      installCommand(context),
      doctorCommand(context),
      deployCommand(context),
      maintenanceWrappedMigrateCommand(context),
      flushCacheCommand(context),
      openWindowCommand(context),
      closeWindowCommand(context),
      recoverCommand(context),
      rollbackCommand(context),
      maintenanceOnCommand(context),
      maintenanceOffCommand(context),
      setMaintenancePageCommand(context),
      scaleCommand(context),
      runOneOffCommand(context),
      backupDatabaseCommand(context),
      restoreDatabaseCommand(context),
      deployJob(context),
      maintenanceWrappedMigrateJob(context),
      flushCacheJob(context),
      openWindowJob(context),
      closeWindowJob(context),
      recoverJob(context),
      rollbackJob(context),
      deployMainAfterTests(context),
      migrateInAWindow(context),
      migrateWithoutAWindow(context),
      flushTheCache(context),
      migrateByHand(context),
      recoverAfterACancel(context),
      restoreAfterAFailedMigration(context),
      rollBackFromCircleci(context),
      stagingAndProduction(context),
      branchesToApps(context),
      twoAppsOfOneRepository(context),
      stepsAroundADeployment(context),
      deployInsideYourOwnJob(context),
    ],
  );
}
