import type { AddOn } from '../platform/add-ons/index.ts';
import type { App } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import type { Transfer } from '../platform/transfers/index.ts';
import { transferName } from '../platform/transfers/index.ts';
import type { AddOnView, TransferView } from './database-types.ts';

const shownLines = 20;

export function addOnView(platform: Platform, app: App, addOn: AddOn): AddOnView {
  const attachments = platform.addOns.attachments.ofAddOn(addOn);
  return {
    id: addOn.id,
    name: addOn.name,
    plan: addOn.plan.name,
    state: addOn.state,
    billingApp: addOn.app.name,
    attachments: attachments.filter((each) => each.app === app).map(({ name }) => name),
    apps: [...new Set(attachments.map((each) => each.app.name))],
    schedules: addOn.schedules.map(({ name, hour, timezone }) => ({ name, hour, timezone })),
  };
}

export function transferView(transfer: Transfer): TransferView {
  return {
    name: transferName(transfer),
    uuid: transfer.uuid,
    addOn: transfer.addOn.name,
    state: stateOf(transfer),
    warnings: transfer.warnings,
    bytes: transfer.bytes,
    createdAt: transfer.createdAt.toISOString(),
    finishedAt: transfer.finishedAt?.toISOString() ?? null,
    log: transfer.log.slice(-shownLines).map(({ message }) => message),
  };
}

function stateOf({
  deletedAt,
  finishedAt,
  canceledAt,
  startedAt,
  succeeded,
}: Transfer): TransferView['state'] {
  if (deletedAt) return 'deleted';
  if (!finishedAt) return startedAt ? 'running' : 'pending';
  if (succeeded) return 'succeeded';
  return canceledAt ? 'canceled' : 'failed';
}
