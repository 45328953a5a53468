import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from './api/index.ts';
import { createCertificates } from './certificates/index.ts';
import { Control } from './control/control.ts';
import { createControlServer } from './control/server.ts';
import { environmentOf } from './environment.ts';
import { FaultBox } from './faults/fault-box.ts';
import { createGitServer } from './git/index.ts';
import type { Certificates, GitServer, ProcessHost } from './parts.ts';
import type { Account, AppSettings } from './platform/model.ts';
import type { Addresses, NewAppOptions } from './platform/platform.ts';
import { Platform } from './platform/platform.ts';
import type { PostgresOnDemand } from './postgres/on-demand.ts';
import { postgresOnDemand } from './postgres/on-demand.ts';
import { createProcessHost } from './processes/index.ts';
import { Rendezvous } from './rendezvous/index.ts';
import { AnswerRecorder } from './requests/answer-recorder.ts';
import { RequestLog } from './requests/request-log.ts';
import { createRouter, routerLogLine } from './router/index.ts';
import { createFront } from './servers/front.ts';
import type { Ports, Servers } from './servers/servers.ts';
import { baseUrl, startServers } from './servers/servers.ts';
import { createSlugStore } from './slugs/index.ts';

/** How a local Heroku starts. */
export interface LocalHerokuOptions extends Ports {
  /** Where repositories, slugs, uploads and certificates live; a temporary folder, removed at the end, if missing. */
  readonly dataDirectory?: string;
  /** The default account; its key is in {@link LocalHeroku.environment}. */
  readonly account?: { readonly email?: string; readonly key?: string };
  /** Apps to begin with, owned by the default account. */
  readonly apps?: readonly (string | NewAppOptions)[];
  /** Settings of every app that is made without its own. */
  readonly settings?: Partial<AppSettings>;
  /** A server for the databases that others use too, and that goes on when this ends; one of its own if missing. */
  readonly postgres?: PostgresOnDemand;
  /** For each app and account; Heroku allows 75. */
  readonly gitRequestsPerHour?: number;
  /**
   * A folder for each kind of answer that the API gives, with its request ({@link RecordedAnswer}); that of the
   * variable `HEROKU_CD_RECORD_ANSWERS` if missing, and none without it. They hold the local databases' passwords.
   */
  readonly recordAnswers?: string;
}

/** Bases of the local Heroku's addresses, without a trailing slash. */
export interface LocalHerokuUrls extends Addresses {
  /** API and git over https. */
  readonly https: string;
  readonly control: string;
}

/** A running local Heroku. */
export interface LocalHeroku {
  readonly urls: LocalHerokuUrls;
  readonly dataDirectory: string;
  /** The default account. */
  readonly account: Account;
  /** State, log of requests, faults, and what other people do: the control port's work in this process. */
  readonly control: Control;
  /** State and rules themselves, for extensions and tests of the local Heroku. */
  readonly platform: Platform;
  /** The variables that point the Heroku CLI, git and heroku-cd here, with a key of the default account. */
  environment(): Record<string, string>;
  /** Ends servers, builds and dynos; no process stays behind. */
  close(): Promise<void>;
}

/**
 * Starts a Heroku of one's own on loopback: the Platform API, git, a router, and dynos that are real processes.
 * @throws Error when a port is in use, the data folder cannot be written, or an app's name is unusable.
 */
export async function startLocalHeroku(options: LocalHerokuOptions = {}): Promise<LocalHeroku> {
  const temporary = options.dataDirectory === undefined;
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'local-heroku-')));
  await mkdir(dataDirectory, { recursive: true });
  const processes = createProcessHost();
  const postgres = options.postgres ?? postgresOnDemand();
  const closing: (() => Promise<void> | void)[] = [
    async () => {
      if (temporary) await rm(dataDirectory, { recursive: true, force: true });
    },
    () => (options.postgres === undefined ? postgres.close() : undefined),
    () => processes.close(),
  ];
  const close = async () => {
    for (let next = closing.pop(); next; next = closing.pop()) await next();
  };
  try {
    return await start(options, { dataDirectory, processes, postgres, closing, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Making keys takes longer than all else at the start: the local Herokus of one process have the same. */
let certificatesOfAll: Promise<Certificates> | undefined;

interface Base {
  readonly dataDirectory: string;
  readonly processes: ProcessHost;
  readonly postgres: PostgresOnDemand;
  /** What ends what was begun; the last one first. */
  readonly closing: (() => Promise<void> | void)[];
  close(): Promise<void>;
}

async function start(options: LocalHerokuOptions, base: Base): Promise<LocalHeroku> {
  const { dataDirectory, processes, postgres, closing } = base;
  const certificates = await (certificatesOfAll ??= createCertificates());
  const authorityFile = join(dataDirectory, 'authority.pem');
  await writeFile(authorityFile, certificates.authority);
  const listening: { at?: Addresses } = {};
  const platform = new Platform({
    dataDirectory,
    processes,
    slugs: createSlugStore(join(dataDirectory, 'slugs')),
    postgres: () => postgres.server(),
    addresses: () => {
      if (!listening.at) throw new Error('The local Heroku does not listen yet.');
      return listening.at;
    },
    ...(options.settings ? { settings: options.settings } : {}),
    ...(options.gitRequestsPerHour === undefined ? {} : { gitRequestsPerHour: options.gitRequestsPerHour }),
  });
  const account = platform.accounts.create({
    email: options.account?.email ?? 'developer@example.com',
    ...(options.account?.key === undefined ? {} : { keys: [{ key: options.account.key }] }),
  });
  for (const app of options.apps ?? []) {
    await platform.createApp(account, typeof app === 'string' ? { name: app } : app);
  }
  const git = gitServerOf(platform, join(dataDirectory, 'git'));
  const [faults, requests] = [new FaultBox(), new RequestLog()];
  const control = new Control({ platform, faults, requests, defaultAccount: account });
  const records = options.recordAnswers ?? process.env['HEROKU_CD_RECORD_ANSWERS'];
  const front = {
    accounts: platform.accounts,
    log: requests,
    changes: platform.changes,
    faults,
    git,
    router: createRouter({
      route: (name) => platform.routeOf(name),
      onRequest: (entry) =>
        platform.apps.find(entry.app)?.log.append('heroku', 'router', routerLogLine(entry)),
    }),
    api: createApi(platform, records ? new AnswerRecorder(records) : undefined),
  };
  const servers = await startServers(options, certificates, {
    main: createFront(front),
    router: createFront(front, 'router'),
    control: createControlServer(control),
  });
  closing.push(() => servers.close());
  const rendezvous = new Rendezvous({
    certificates,
    oneOffs: platform.oneOffs,
    faults,
    log: requests,
    changes: platform.changes,
  });
  closing.push(() => rendezvous.close());
  const rendezvousPort = await rendezvous.listen(options.rendezvousPort ?? 0);
  closing.push(
    () => git.close(),
    () => platform.close(),
  );
  const urls = urlsOf(servers, rendezvousPort);
  listening.at = urls;
  const key = account.keys[0]?.key ?? '';
  return {
    urls,
    dataDirectory,
    account,
    control,
    platform,
    environment: () => environmentOf({ apiUrl: urls.api, httpsPort: servers.httpsPort, key, authorityFile }),
    close: () => base.close(),
  };
}

function gitServerOf(platform: Platform, root: string): GitServer {
  const git = createGitServer({
    root,
    authorize: (request) => platform.git.authorize(request),
    onPush: (push) => platform.git.onPush(push),
    onPushed: () => platform.changes.notify(),
  });
  platform.gitServer = git;
  return git;
}

function urlsOf(servers: Servers, rendezvousPort: number): LocalHerokuUrls {
  const https = baseUrl('https', servers.httpsPort);
  return {
    api: baseUrl('http', servers.port),
    git: https,
    https,
    router: baseUrl('http', servers.routerPort),
    control: baseUrl('http', servers.controlPort),
    rendezvous: baseUrl('rendezvous', rendezvousPort),
  };
}
