import { touch } from '../apps.ts';
import type { Changes } from '../changes.ts';
import { PlatformError, invalidParams, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Account, App } from '../model.ts';
import type { Releases } from '../releases.ts';
import type { AddOn, Attachment } from './model.ts';
import { configVarsOf } from './model.ts';
import { checkName, newAttachmentName } from './names.ts';

/** How an add-on is to be attached. */
export interface AttachOptions {
  /** The service's usual one, or one with a colour, if missing. */
  readonly name?: string | undefined;
  /** Name of the app: lets the name be taken over from another add-on. */
  readonly confirm?: string | undefined;
}

/** What attaches add-ons to apps; each change is a release of the app (Dev Center: managing add-ons). */
export class Attachments {
  readonly #all: Attachment[] = [];
  /** Names that an add-on in the making is to have. */
  readonly #reserved = new Set<string>();

  constructor(
    private readonly releases: Releases,
    private readonly changes: Changes,
  ) {}

  get all(): readonly Attachment[] {
    return this.#all;
  }

  of(app: App): Attachment[] {
    return this.#all.filter((attachment) => attachment.app === app);
  }

  ofAddOn(addOn: AddOn): Attachment[] {
    return this.#all.filter((attachment) => attachment.addOn === addOn);
  }

  find(app: App, name: string): Attachment | undefined {
    return this.of(app).find((attachment) => attachment.name === name || attachment.id === name);
  }

  /** @throws PlatformError 404. */
  get(app: App, identity: string): Attachment {
    const found = this.find(app, identity);
    if (!found) throw notFound('add_on attachment', "Couldn't find that add-on attachment.");
    return found;
  }

  /** Names of the config vars that come from attachments, and are theirs alone to change. */
  ownedVars(app: App): Set<string> {
    return new Set(this.of(app).flatMap((attachment) => Object.keys(configVarsOf(attachment))));
  }

  /**
   * Keeps a name for an add-on that is about to be made.
   * @throws PlatformError 422 for a name that is malformed or taken.
   */
  reserve(app: App, service: string, wanted?: string): { readonly value: string; release(): void } {
    const key = (name: string) => `${app.id} ${name}`;
    const isTaken = (name: string) => this.find(app, name) !== undefined || this.#reserved.has(key(name));
    const value = wanted ?? newAttachmentName(service, isTaken);
    checkName(value);
    if (isTaken(value)) throw invalidParams(`Name ${value} is already taken on ${app.name}.`);
    this.#reserved.add(key(value));
    return { value, release: () => this.#reserved.delete(key(value)) };
  }

  /**
   * Attaches an add-on to an app. A name that another add-on has there goes over with the app's name as
   * confirmation only.
   * @throws PlatformError 422 for a name that is malformed, or that this add-on has there already; 423 without the
   * confirmation.
   */
  attach(
    app: App,
    account: Account,
    addOn: AddOn,
    { name: wanted, confirm }: AttachOptions = {},
  ): Attachment {
    const name =
      wanted ??
      newAttachmentName(addOn.plan.service, (each) => each === 'DATABASE' || !!this.find(app, each));
    checkName(name);
    const before = this.find(app, name);
    if (before?.addOn === addOn)
      throw invalidParams(`${addOn.name} is attached to ${app.name} as ${name} already.`);
    if (before && confirm !== app.name) throw confirmationRequired(app, name, before);
    const attachment: Attachment = { id: newId(), name, app, addOn, createdAt: new Date() };
    if (before) this.#all.splice(this.#all.indexOf(before), 1);
    this.#all.push(attachment);
    if (before) {
      const old = Object.keys(configVarsOf(before)).map((each): [string, null] => [each, null]);
      this.releases.configure(app, account, Object.fromEntries(old), described('Detach', before));
    }
    this.releases.configure(app, account, configVarsOf(attachment), described('Attach', attachment));
    this.#changed(app);
    return attachment;
  }

  /** @throws PlatformError 422 for the last attachment to the app that pays. */
  detach(attachment: Attachment, account: Account): void {
    const { addOn, app } = attachment;
    const others = this.ofAddOn(addOn).filter((each) => each.app === addOn.app && each !== attachment);
    if (app === addOn.app && others.length === 0) {
      throw invalidParams('Cannot destroy last attachment to billing app for addon.');
    }
    this.remove(attachment, account);
  }

  remove(attachment: Attachment, account: Account): void {
    this.forget(attachment);
    const gone = Object.keys(configVarsOf(attachment)).map((name): [string, null] => [name, null]);
    const { app } = attachment;
    this.releases.configure(app, account, Object.fromEntries(gone), described('Detach', attachment));
    this.#changed(app);
  }

  /** Without a release: for an app that goes itself. */
  forget(attachment: Attachment): void {
    this.#all.splice(this.#all.indexOf(attachment), 1);
  }

  /** Puts the add-on's present values into the app's config vars. */
  refresh(attachment: Attachment, account: Account): void {
    const description = `Update ${attachment.name} by ${attachment.addOn.plan.service}`;
    this.releases.configure(attachment.app, account, configVarsOf(attachment), description, true);
  }

  #changed(app: App): void {
    touch(app);
    this.changes.notify();
  }
}

function described(verb: string, { name, addOn }: Attachment): string {
  return `${verb} ${name} (@ref:${addOn.name})`;
}

function confirmationRequired(app: App, name: string, { addOn }: Attachment): PlatformError {
  return new PlatformError(
    423,
    'confirmation_required',
    `${addOn.name} is attached to ${app.name} as ${name}. Confirm with the app's name to replace it.`,
    {},
    { 'X-Confirmation-Required': app.name },
  );
}
