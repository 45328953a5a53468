import type { PostgresServer } from '../../postgres/types.ts';
import { permissionsOf, touch } from '../apps.ts';
import type { Changes } from '../changes.ts';
import { PlatformError, invalidParams, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Account, App } from '../model.ts';
import type { Releases } from '../releases.ts';
import { Attachments } from './attachments.ts';
import type { AddOn } from './model.ts';
import { checkName, newAddOnName } from './names.ts';
import { planOf, postgresService } from './plans.ts';

/** An add-on to make. */
export interface NewAddOn {
  /** `heroku-postgresql:standard-0`, or any other service's. */
  readonly plan: string;
  /** Made up if missing. */
  readonly name?: string | undefined;
  /** Name of its attachment to the app; the service's usual one if missing. */
  readonly attachment?: string | undefined;
  /** Ends of config vars' names and values, for services that are not here for real. */
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** The platform's add-ons. Heroku Postgres is a real database; of other services there is what an app sees. */
export class AddOns {
  readonly attachments: Attachments;
  readonly #all: AddOn[] = [];

  constructor(
    private readonly postgres: () => Promise<PostgresServer>,
    releases: Releases,
    private readonly changes: Changes,
    /** Ends what goes on with an add-on that is about to go. */
    private readonly beforeEnd: (addOn: AddOn) => Promise<void>,
  ) {
    this.attachments = new Attachments(releases, changes);
  }

  get all(): readonly AddOn[] {
    return this.#all;
  }

  /** Finds an add-on by name or id, whoever asks. */
  find(identity: string): AddOn | undefined {
    return this.#all.find(({ id, name }) => id === identity || name === identity);
  }

  /** The add-ons that are billed to the app or attached to it. */
  of(app: App): AddOn[] {
    const attached = new Set(this.attachments.of(app).map(({ addOn }) => addOn));
    return this.#all.filter((addOn) => addOn.app === app || attached.has(addOn));
  }

  /** Whether the account sees the billing app or an attached one. */
  isVisible(addOn: AddOn, account: Account): boolean {
    const apps = [addOn.app, ...this.attachments.ofAddOn(addOn).map(({ app }) => app)];
    return apps.some((app) => permissionsOf(app, account).includes('view'));
  }

  /** @throws PlatformError 404, also for one that the account may not see. */
  get(identity: string, account: Account): AddOn {
    const found = this.find(identity);
    if (!found || !this.isVisible(found, account)) throw notFound('add_on', "Couldn't find that add-on.");
    return found;
  }

  /**
   * Makes an add-on and attaches it to the app that pays for it.
   * @throws PlatformError 422 for a plan, a name or an attachment's name that cannot be; Error where Postgres
   * cannot be started.
   */
  async create(app: App, account: Account, options: NewAddOn): Promise<AddOn> {
    const plan = planOf(options.plan);
    if (options.name !== undefined) {
      checkName(options.name);
      if (this.find(options.name)) throw invalidParams(`Name ${options.name} is already taken`);
    }
    const name = this.attachments.reserve(app, plan.service, options.attachment);
    try {
      const database =
        plan.service === postgresService ? await (await this.postgres()).createDatabase(app.name) : undefined;
      const at = new Date();
      const addOn: AddOn = {
        id: newId(),
        name: options.name ?? newAddOnName(plan.service, (each) => this.find(each) !== undefined),
        plan,
        app,
        state: 'provisioned',
        config: database ? { URL: database.url } : { ...options.config },
        database,
        reportedBytes: undefined,
        schedules: [],
        createdAt: at,
        updatedAt: at,
      };
      this.#all.push(addOn);
      app.addOns.push(addOn);
      this.attachments.attach(app, account, addOn, { name: name.value });
      return addOn;
    } finally {
      name.release();
    }
  }

  /** @throws PlatformError 422 for a plan of another service or one that does not exist. */
  changePlan(addOn: AddOn, name: string): void {
    const plan = planOf(name.includes(':') ? name : `${addOn.plan.service}:${name}`);
    if (plan.service !== addOn.plan.service)
      throw invalidParams(`${addOn.name} cannot become a ${plan.name}.`);
    addOn.plan = plan;
    addOn.updatedAt = new Date();
    touch(addOn.app);
    this.changes.notify();
  }

  /**
   * Removes the add-on, its attachments and its data.
   * @throws PlatformError 423 where other apps are attached to it, unless it is to be forced.
   */
  async destroy(addOn: AddOn, account: Account, force = false): Promise<void> {
    const others = this.attachments.ofAddOn(addOn).filter(({ app }) => app !== addOn.app);
    if (others.length > 0 && !force) {
      const names = [...new Set(others.map(({ app }) => app.name))].join(', ');
      throw new PlatformError(
        423,
        'confirmation_required',
        `${addOn.name} is attached to other apps too: ${names}.`,
      );
    }
    for (const attachment of this.attachments.ofAddOn(addOn)) this.attachments.remove(attachment, account);
    addOn.state = 'deprovisioned';
    addOn.updatedAt = new Date();
    this.#all.splice(this.#all.indexOf(addOn), 1);
    addOn.app.addOns.splice(addOn.app.addOns.indexOf(addOn), 1);
    this.changes.notify();
    await this.beforeEnd(addOn);
    await addOn.database?.drop();
  }

  /** Gives the database another password: every attached app gets it with a release, and loses its sessions. */
  async rotate(addOn: AddOn, account: Account): Promise<void> {
    if (!addOn.database) return;
    await addOn.database.rotate();
    addOn.config = { URL: addOn.database.url };
    addOn.updatedAt = new Date();
    for (const attachment of this.attachments.ofAddOn(addOn)) this.attachments.refresh(attachment, account);
    this.changes.notify();
  }

  /** Removes what belongs to an app that goes. */
  async leave(app: App): Promise<void> {
    for (const attachment of this.attachments.of(app)) this.attachments.forget(attachment);
    for (const addOn of [...app.addOns]) await this.destroy(addOn, app.owner, true);
  }
}
