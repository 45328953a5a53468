import { requestsLeft } from '../platform/accounts.ts';
import { formatLogLine } from '../platform/app-log.ts';
import type { Account, App, Build, Dyno, Release } from '../platform/model.ts';
import type { OneOff } from '../platform/one-offs/index.ts';
import type { Platform } from '../platform/platform.ts';
import { addOnView, transferView } from './database-views.ts';
import type { AccountView, AppView, BuildView, DynoView, OneOffView, ReleaseView } from './types.ts';

const shownLogLines = 200;

export function accountView(account: Account): AccountView {
  return {
    id: account.id,
    email: account.email,
    requestsLeft: requestsLeft(account.rate),
    keys: account.keys.map(({ key, scopes, revoked }) => ({ ending: key.slice(-4), scopes, revoked })),
  };
}

export async function appView(platform: Platform, app: App): Promise<AppView> {
  const branch = async (name: string) => (await platform.gitServer?.branchCommit(app.name, name)) ?? null;
  // Asked first: what follows is one moment's state.
  const git = { main: await branch('main'), master: await branch('master') };
  return {
    id: app.id,
    name: app.name,
    owner: app.owner.email,
    maintenance: app.maintenance,
    webUrl: platform.webUrl(app),
    gitUrl: platform.gitUrl(app),
    currentRelease: app.current.version,
    configVars: app.configVars,
    description: {
      stack: app.stack,
      buildStack: app.buildStack,
      generation: app.generation,
      region: app.region,
      space: app.space,
      buildpacks: app.buildpacks,
    },
    features: Object.fromEntries(app.features.map(({ name, enabled }) => [name, enabled])),
    collaborators: Object.fromEntries(
      app.collaborators.map(({ account, permissions }) => [account.email, permissions]),
    ),
    settings: { ...app.settings },
    formation: app.formation.map(({ type, quantity, size, command }) => ({ type, quantity, size, command })),
    dynos: app.dynos.map(dynoView),
    oneOffs: platform.oneOffs.of(app).map(oneOffView),
    releases: app.releases.map((release) => releaseView(app, release)),
    builds: app.builds.map(buildView),
    slugs: app.slugs.map(({ id, commit, processTypes, directory }) => ({
      id,
      commit,
      processTypes,
      directory,
    })),
    addOns: platform.addOns.of(app).map((addOn) => addOnView(platform, app, addOn)),
    transfers: platform.transfers.history(app).map(transferView),
    git,
    log: app.log.lines.slice(-shownLogLines).map(formatLogLine),
  };
}

function dynoView(dyno: Dyno): DynoView {
  return {
    id: dyno.id,
    name: dyno.name,
    type: dyno.type,
    size: dyno.size,
    state: dyno.state,
    command: dyno.command,
    release: dyno.release.version,
    pid: dyno.process?.pid ?? null,
    port: dyno.port ?? null,
    listed: !dyno.replaced,
    stopping: dyno.stopping !== undefined,
  };
}

function oneOffView({ dyno, request, state, isAttached, exitStatus }: OneOff): OneOffView {
  return {
    id: dyno.id,
    name: dyno.name,
    type: dyno.type,
    command: dyno.command,
    release: dyno.release.version,
    state,
    attach: request.attach,
    attached: isAttached,
    exitStatus,
  };
}

function releaseView(app: App, release: Release): ReleaseView {
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    description: release.description,
    current: release === app.current,
    slug: release.slug?.id ?? null,
    commit: release.slug?.commit ?? null,
    user: release.account.email,
    createdAt: release.createdAt.toISOString(),
    output: release.output?.text ?? null,
  };
}

function buildView(build: Build): BuildView {
  return {
    id: build.id,
    status: build.status,
    version: build.sourceBlob.version,
    slug: build.slug?.id ?? null,
    release: build.release?.id ?? null,
    user: build.account.email,
    createdAt: build.createdAt.toISOString(),
    output: build.output.text,
  };
}
