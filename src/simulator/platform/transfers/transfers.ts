import type { Database } from '../../postgres/types.ts';
import type { AddOn, Attachment } from '../add-ons/index.ts';
import type { Changes } from '../changes.ts';
import { deferred } from '../deferred.ts';
import { PlatformError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import type { App } from '../model.ts';
import type { Transfer } from './model.ts';
import { transferName } from './model.ts';
import { runTransfer, say } from './run-transfer.ts';
import type { DumpStorage, SignedUrl } from './storage.ts';

/** An add-on that is a database. */
export type DatabaseAddOn = AddOn & { readonly database: Database };

/** Backups and restores of the apps' databases; they belong to the app that pays (Dev Center: PGBackups). */
export class Transfers {
  readonly #all = new Map<App, Transfer[]>();
  readonly #running = new Set<Promise<void>>();

  constructor(
    readonly storage: DumpStorage,
    private readonly attachmentsOf: (addOn: AddOn) => readonly Attachment[],
    private readonly changes: Changes,
  ) {}

  /** The app's transfers, the oldest first; deleted ones are gone. */
  of(app: App): Transfer[] {
    return this.history(app).filter(({ deletedAt }) => deletedAt === undefined);
  }

  /** Deleted ones too. */
  history(app: App): readonly Transfer[] {
    return this.#all.get(app) ?? [];
  }

  /** Finds one by uuid or number. @throws PlatformError 404. */
  get(app: App, identity: string): Transfer {
    const found = this.of(app).find(({ uuid, num }) => uuid === identity || String(num) === identity);
    if (!found) throw notFound('transfer', "Couldn't find that transfer.");
    return found;
  }

  /**
   * Begins a backup, and returns at once.
   * @param scheduleId Of the schedule that makes it, if one does.
   * @throws PlatformError 422 while another transfer goes on.
   */
  capture(addOn: DatabaseAddOn, scheduleId?: string): Transfer {
    const uuid = newId();
    return this.#start(addOn, {
      uuid,
      kind: 'backup',
      fromName: this.#nameOf(addOn),
      fromUrl: addOn.database.url,
      toName: scheduleId ? 'SCHEDULED BACKUP' : 'BACKUP',
      toUrl: this.storage.url(uuid),
      scheduleId,
    });
  }

  /**
   * Begins a restore, and returns at once.
   * @param backupUrl A backup's own address, its public one, or anybody's.
   * @throws PlatformError 422 while another transfer goes on.
   */
  restore(addOn: DatabaseAddOn, backupUrl: string): Transfer {
    return this.#start(addOn, {
      uuid: newId(),
      kind: 'restore',
      fromName: 'BACKUP',
      fromUrl: backupUrl,
      toName: this.#nameOf(addOn),
      toUrl: addOn.database.url,
      scheduleId: undefined,
    });
  }

  /** Ends a transfer that goes on; what a restore has done stays done. One that is over stays as it is. */
  async cancel(transfer: Transfer): Promise<void> {
    if (transfer.finishedAt) return;
    transfer.canceledAt ??= new Date();
    transfer.cancellation.abort();
    await transfer.settled;
  }

  /** Removes a transfer from the list, and the dump of a backup; one that goes on is cancelled first. */
  async remove(transfer: Transfer): Promise<void> {
    await this.cancel(transfer);
    transfer.deletedAt = new Date();
    transfer.updatedAt = transfer.deletedAt;
    await this.storage.remove(transfer.uuid);
    this.changes.notify();
  }

  /** @throws PlatformError 404 for what is no finished backup. */
  publicUrl(transfer: Transfer): SignedUrl {
    if (transfer.kind !== 'backup' || !transfer.succeeded) {
      throw notFound('transfer', `${transferName(transfer)} is no backup that can be read.`);
    }
    return this.storage.sign(transfer.uuid, transfer.addOn.app.settings.publicUrlMs);
  }

  /** Cancels what goes on for a database that is about to go. */
  async stop(addOn: AddOn): Promise<void> {
    const mine = this.of(addOn.app).filter((transfer) => transfer.addOn === addOn);
    await Promise.all(mine.map((transfer) => this.cancel(transfer)));
  }

  /** Forgets the transfers of an app that goes, and their dumps. */
  async forget(app: App): Promise<void> {
    for (const transfer of this.of(app)) await this.remove(transfer);
    this.#all.delete(app);
  }

  /** Ends everything that goes on. */
  async close(): Promise<void> {
    for (const transfer of [...this.#all.values()].flat()) transfer.cancellation.abort();
    await Promise.all(this.#running);
  }

  #start(
    addOn: DatabaseAddOn,
    what: Pick<Transfer, 'uuid' | 'kind' | 'fromName' | 'fromUrl' | 'toName' | 'toUrl' | 'scheduleId'>,
  ): Transfer {
    const all = this.#all.get(addOn.app) ?? [];
    this.#all.set(addOn.app, all);
    const before = all.filter((each) => each.addOn === addOn && !each.finishedAt);
    if (before.length > 0 && addOn.app.settings.whileTransferring === 'refuse') {
      throw new PlatformError(422, 'unprocessable_entity', 'a transfer is currently in progress');
    }
    const at = new Date();
    const { promise: settled, resolve } = deferred();
    const transfer: Transfer = {
      ...what,
      num: (all.at(-1)?.num ?? 0) + 1,
      addOn,
      createdAt: at,
      startedAt: undefined,
      finishedAt: undefined,
      canceledAt: undefined,
      deletedAt: undefined,
      updatedAt: at,
      succeeded: undefined,
      warnings: 0,
      sourceBytes: undefined,
      bytes: 0,
      log: [],
      cancellation: new AbortController(),
      settled,
    };
    all.push(transfer);
    this.changes.notify();
    const turn = Promise.all(before.map((each) => each.settled));
    const running = this.#run(transfer, addOn.database, turn).finally(resolve);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
    return transfer;
  }

  async #run(transfer: Transfer, database: Database, turn: Promise<unknown>): Promise<void> {
    const { storage, changes } = this;
    try {
      const end = await runTransfer(transfer, database, { storage, changes, turn });
      transfer.cancellation.signal.throwIfAborted();
      Object.assign(transfer, end);
    } catch (error) {
      const isCanceled = transfer.cancellation.signal.aborted;
      if (!isCanceled) say(transfer, 'error', error instanceof Error ? error.message : String(error));
      transfer.succeeded = false;
    }
    if (transfer.kind === 'backup' && !transfer.succeeded) await storage.remove(transfer.uuid);
    transfer.finishedAt = new Date();
    transfer.updatedAt = transfer.finishedAt;
    if (transfer.succeeded) await this.#expire(transfer);
    changes.notify();
  }

  /** Keeps as many manual backups as the plan has room for. */
  async #expire({ kind, addOn }: Transfer): Promise<void> {
    const kept = addOn.plan.postgres?.keptBackups;
    if (kind !== 'backup' || kept === undefined) return;
    const manual = this.of(addOn.app).filter(
      (each) => each.addOn === addOn && each.kind === 'backup' && each.succeeded && !each.scheduleId,
    );
    for (const each of manual.slice(0, -kept)) await this.remove(each);
  }

  /** What the billing app calls the database. */
  #nameOf(addOn: AddOn): string {
    const names = this.attachmentsOf(addOn)
      .filter(({ app }) => app === addOn.app)
      .map(({ name }) => name);
    return names.find((name) => name === 'DATABASE') ?? names[0] ?? addOn.name;
  }
}
