import type { Account, App } from '../model.ts';
import { permissionsOf } from '../apps.ts';
import { notFound } from '../errors.ts';
import type { AddOns } from './add-ons.ts';
import type { AddOn, Attachment } from './model.ts';
import { configVarsOf } from './model.ts';

/** What an add-on or an attachment is looked for by. */
export interface Wanted {
  readonly identity: string;
  /** Where its name is meant; everywhere if undefined. */
  readonly app: App | undefined;
  readonly service: string | undefined;
}

/**
 * The attachments that somebody may mean: by id, name or config var, or those of the add-on of that name or id.
 * @throws PlatformError 404 where there is none.
 */
export function resolveAttachments(addOns: AddOns, account: Account, wanted: Wanted): Attachment[] {
  const { identity, app, service } = wanted;
  const visible = addOns.attachments.all.filter((attachment) => {
    const inScope = app === undefined || attachment.app === app;
    const ofService = service === undefined || attachment.addOn.plan.service === service;
    return inScope && ofService && permissionsOf(attachment.app, account).includes('view');
  });
  const byId = visible.filter(({ id }) => id === identity);
  // A name alone means something on one app only.
  const byName =
    app === undefined
      ? []
      : visible.filter((attachment) =>
          [attachment.name, ...Object.keys(configVarsOf(attachment))].includes(identity),
        );
  const byAddOn = visible.filter(({ addOn }) => addOn.name === identity || addOn.id === identity);
  const found = [byId, byName, byAddOn].find((matches) => matches.length > 0);
  if (!found) throw notFound('add_on attachment', "Couldn't find that add-on attachment.");
  return found;
}

/**
 * The add-ons that somebody may mean: by id or name, by an attachment's name on the app, or by their service.
 * @throws PlatformError 404 where there is none.
 */
export function resolveAddOns(addOns: AddOns, account: Account, wanted: Wanted): AddOn[] {
  const { identity, app, service } = wanted;
  const scope = app ? addOns.of(app) : addOns.all;
  const visible = scope.filter(
    (addOn) => addOns.isVisible(addOn, account) && (service === undefined || addOn.plan.service === service),
  );
  const byName = visible.filter(({ id, name }) => id === identity || name === identity);
  const attached = app && addOns.attachments.find(app, identity)?.addOn;
  const byAttachment = visible.filter((addOn) => addOn === attached);
  const byService = visible.filter(({ plan }) => [plan.service, plan.name].includes(identity));
  const found = [byName, byAttachment, byService].find((matches) => matches.length > 0);
  if (!found) throw notFound('add_on', "Couldn't find that add-on.");
  return found;
}
