import type { AddOn } from '../platform/add-ons/index.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Account, App } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatabaseAddOn } from '../platform/transfers/index.ts';
import { transferName } from '../platform/transfers/index.ts';
import type { DatabaseAction } from './database-types.ts';

/**
 * Does to an app's add-ons and databases what somebody else does.
 * @param by Gives the account that acts.
 * @throws PlatformError as the API would answer.
 */
export async function performOnDatabase(
  platform: Platform,
  app: App,
  action: DatabaseAction,
  by: (email?: string) => Account,
): Promise<void> {
  const { addOns, databases, transfers } = platform;
  switch (action.action) {
    case 'add-postgres':
      return databases.attach(app, by(action.as), action);
    case 'add-add-on':
      await addOns.create(app, by(action.as), action);
      return;
    case 'attach': {
      const { name, as } = action;
      addOns.attachments.attach(app, by(as), addOnOf(platform, action.addOn), { name, confirm: app.name });
      return;
    }
    case 'detach':
      return addOns.attachments.detach(addOns.attachments.get(app, action.attachment), by(action.as));
    case 'change-add-on':
      return changeAddOn(platform, action);
    case 'capture-backup': {
      const addOn = databases.addOnOf(app, action.attachment) satisfies DatabaseAddOn;
      transfers.capture(addOn, action.scheduled ? newId() : undefined);
      return;
    }
    case 'cancel-transfer':
      return cancelTransfer(platform, app, action.transfer);
    case 'end-sessions':
      return databases.addOnOf(app, action.attachment).database.endSessions();
    case 'describe': {
      const { action: _, ...description } = action;
      return platform.describeApp(app, description);
    }
  }
}

function addOnOf(platform: Platform, identity: string): AddOn {
  const found = platform.addOns.find(identity);
  if (!found) throw notFound('add_on', `There is no add-on ${identity}.`);
  return found;
}

function changeAddOn(
  platform: Platform,
  { addOn: identity, plan, state, bytes }: Extract<DatabaseAction, { action: 'change-add-on' }>,
): void {
  const addOn = addOnOf(platform, identity);
  if (plan !== undefined) platform.addOns.changePlan(addOn, plan);
  if (state !== undefined) addOn.state = state;
  if (bytes !== undefined) addOn.reportedBytes = bytes ?? undefined;
  platform.changes.notify();
}

async function cancelTransfer(platform: Platform, app: App, name: string | undefined): Promise<void> {
  const open = platform.transfers.of(app).filter(({ finishedAt }) => finishedAt === undefined);
  const found = name === undefined ? open.at(-1) : open.find((transfer) => transferName(transfer) === name);
  if (!found) throw invalidParams(`No backup or restore of ${app.name} is going on.`);
  await platform.transfers.cancel(found);
}
