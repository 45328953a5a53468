import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from './api/index.ts';
import { createCertificates } from './certificates/index.ts';
import { environmentOf } from './environment.ts';
import { FaultBox } from './faults/fault-box.ts';
import { createGitServer } from './git/index.ts';
import type { Account, AppSettings } from './platform/model.ts';
import type { AppOptions } from './platform/apps.ts';
import type { Addresses } from './platform/platform.ts';
import { Platform } from './platform/platform.ts';
import { createProcessHost } from './processes/index.ts';
import { RequestLog } from './requests/request-log.ts';
import { createRouter } from './router/index.ts';
import { createFront } from './servers/front.ts';
import type { Ports } from './servers/servers.ts';
import { baseUrl, startServers } from './servers/servers.ts';
import { createSlugStore } from './slugs/index.ts';

/** How a local Heroku starts. */
export interface LocalHerokuOptions extends Ports {
  /** Where repositories, slugs, uploads and certificates live; a temporary folder, removed at the end, if missing. */
  readonly dataDirectory?: string;
  /** The default account; its key is in {@link LocalHeroku.environment}. */
  readonly account?: { readonly email?: string; readonly key?: string };
  /** Apps to begin with, owned by the default account. */
  readonly apps?: readonly (string | AppOptions)[];
  /** Settings of every app that is made without its own. */
  readonly settings?: Partial<AppSettings>;
  /** For each app and account; Heroku allows 75. */
  readonly gitRequestsPerHour?: number;
}

/** A running local Heroku. */
export interface LocalHeroku {
  readonly urls: Addresses & {
    /** API and git over https. */
    readonly https: string;
  };
  readonly dataDirectory: string;
  readonly account: Account;
  readonly platform: Platform;
  readonly faults: FaultBox;
  readonly requests: RequestLog;
  /** The variables that point the Heroku CLI, git and heroku-cd here, with a key of the default account. */
  environment(): Record<string, string>;
  /** Ends servers, builds and dynos; no process stays behind. */
  close(): Promise<void>;
}

/**
 * Starts a Heroku of one's own on loopback: the Platform API, git, a router, and dynos that are real processes.
 * @throws Error when a port is in use or the data folder cannot be written.
 */
export async function startLocalHeroku(options: LocalHerokuOptions = {}): Promise<LocalHeroku> {
  const own = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'local-heroku-')));
  await mkdir(dataDirectory, { recursive: true });
  const certificates = await createCertificates();
  const authorityFile = join(dataDirectory, 'authority.pem');
  await writeFile(authorityFile, certificates.authority);

  const listening: { at?: Addresses } = {};
  const processes = createProcessHost();
  const platform = new Platform({
    dataDirectory,
    processes,
    slugs: createSlugStore(join(dataDirectory, 'slugs')),
    addresses: () => {
      if (!listening.at) throw new Error('The local Heroku does not listen yet.');
      return listening.at;
    },
    ...(options.settings ? { settings: options.settings } : {}),
    ...(options.gitRequestsPerHour === undefined ? {} : { gitRequestsPerHour: options.gitRequestsPerHour }),
  });
  const git = createGitServer({
    root: join(dataDirectory, 'git'),
    authorize: (request) => platform.git.authorize(request),
    onPush: (push) => platform.git.onPush(push),
    onPushed: () => platform.changes.notify(),
  });
  platform.gitServer = git;
  const router = createRouter({
    route: (name) => {
      const app = platform.apps.find(name);
      return app && { maintenance: app.maintenance, webPorts: platform.dynos.webPorts(app) };
    },
  });
  const [faults, requests] = [new FaultBox(), new RequestLog()];
  const parts = { accounts: platform.accounts, log: requests, faults, git, router, api: createApi(platform) };
  const servers = await startServers(options, certificates, {
    main: createFront(parts),
    router: createFront(parts, 'router'),
  });
  const https = baseUrl('https', servers.httpsPort);
  const urls = {
    api: baseUrl('http', servers.port),
    git: https,
    https,
    router: baseUrl('http', servers.routerPort),
  };
  listening.at = urls;

  const account = platform.accounts.create({
    email: options.account?.email ?? 'developer@example.com',
    ...(options.account?.key === undefined ? {} : { keys: [{ key: options.account.key }] }),
  });
  for (const app of options.apps ?? []) {
    platform.apps.create(account, typeof app === 'string' ? { name: app } : app);
  }
  return {
    urls,
    dataDirectory,
    account,
    platform,
    faults,
    requests,
    environment: () =>
      environmentOf({
        apiUrl: urls.api,
        httpsPort: servers.httpsPort,
        key: account.keys[0]?.key ?? '',
        authorityFile,
      }),
    close: async () => {
      platform.close();
      await git.close();
      await servers.close();
      await processes.close();
      if (own) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
