import type { Request } from 'express';
import type { AddOn, Attachment } from '../platform/add-ons/index.ts';
import { configVarsOf } from '../platform/add-ons/index.ts';
import { idFor } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { appReference } from './apps.ts';
import { timestamp } from './context.ts';

/** What of an answer is wanted in full (headers `Accept-Expansion` and `Accept-Inclusion`, as the Heroku CLI sends them). */
function wants(request: Request, header: string, part: string): boolean {
  const value = request.headers[header];
  return typeof value === 'string' && value.split(',').some((each) => each.trim() === part);
}

export function addOnBody(platform: Platform, request: Request, addOn: AddOn): Record<string, unknown> {
  const { plan } = addOn;
  const cents = plan.postgres?.cents ?? 0;
  const own = platform.addOns.attachments.ofAddOn(addOn).filter(({ app }) => app === addOn.app);
  const service = { id: idFor('add-on-service', plan.service), name: plan.service };
  const planReference = { id: idFor('plan', plan.name), name: plan.name };
  return {
    actions: [],
    addon_service: wants(request, 'accept-expansion', 'addon_service')
      ? { ...service, human_name: plan.service, state: 'ga', supports_sharing: true }
      : service,
    app: appReference(addOn.app),
    billed_price: { cents, contract: false, unit: 'month' },
    billing_entity: { ...appReference(addOn.app), type: 'app' },
    config_vars: own.flatMap((attachment) => Object.keys(configVarsOf(attachment))),
    created_at: timestamp(addOn.createdAt),
    id: addOn.id,
    name: addOn.name,
    plan: wants(request, 'accept-expansion', 'plan')
      ? {
          ...planReference,
          addon_service: service,
          description: `${plan.service} ${plan.postgres?.title ?? plan.name}`,
          human_name: plan.postgres?.title ?? plan.name,
          price: { cents, contract: false, unit: 'month' },
          state: 'ga',
        }
      : planReference,
    provider_id: addOn.id,
    provision_message: '',
    state: addOn.state,
    updated_at: timestamp(addOn.updatedAt),
    web_url: null,
  };
}

export function attachmentBody(request: Request, attachment: Attachment): Record<string, unknown> {
  const { addOn } = attachment;
  const { plan } = addOn;
  return {
    addon: {
      id: addOn.id,
      name: addOn.name,
      app: appReference(addOn.app),
      ...(wants(request, 'accept-inclusion', 'addon:plan')
        ? { plan: { id: idFor('plan', plan.name), name: plan.name } }
        : {}),
    },
    app: appReference(attachment.app),
    ...(wants(request, 'accept-inclusion', 'config_vars')
      ? { config_vars: Object.keys(configVarsOf(attachment)) }
      : {}),
    created_at: timestamp(attachment.createdAt),
    id: attachment.id,
    log_input_url: null,
    name: attachment.name,
    namespace: null,
    updated_at: timestamp(attachment.createdAt),
    web_url: null,
  };
}
