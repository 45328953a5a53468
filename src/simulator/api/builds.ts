import { invalidParams } from '../platform/errors.ts';
import type { App, Build, SourceBlob } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import { slugReference } from './apps.ts';
import type { Family } from './context.ts';
import {
  appOf,
  bodyOf,
  callerOf,
  endpoint,
  objectField,
  pathParameter,
  textField,
  timestamp,
} from './context.ts';
import { sendList } from './lists.ts';
import { fetchSource } from './source-download.ts';
import { streamUrl } from './streams.ts';

/** Builds: those of git pushes too; create from a source tarball, watch, cancel. */
export const buildsFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/builds',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const fields = {
        id: ({ id }: Build) => id,
        started_at: ({ createdAt }: Build) => createdAt.toISOString(),
      };
      sendList(request, response, app.builds, fields, (build) => buildBody(platform, app, build));
    }),
  );
  routes.post(
    '/apps/:app/builds',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'deploy');
      const body = bodyOf(request);
      const sourceBlob = parseSourceBlob(objectField(body, 'source_blob'));
      const build = platform.builds.start(app, {
        account: callerOf(response).account,
        sourceBlob,
        buildpacks: Array.isArray(body['buildpacks']) ? (body['buildpacks'] as Build['buildpacks']) : null,
        unpack: async (slugId) => {
          const tarball = await fetchSource(platform, sourceBlob);
          return platform.slugs.fromTarball({ slugId, tarball });
        },
      });
      response.status(201).json(buildBody(platform, app, build));
    }),
  );
  routes.get(
    '/apps/:app/builds/:build',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(buildBody(platform, app, platform.builds.get(app, pathParameter(request, 'build'))));
    }),
  );
  routes.delete(
    '/apps/:app/builds/:build',
    endpoint(async (request, response) => {
      const app = appOf(platform, request, response, 'deploy');
      const build = platform.builds.get(app, pathParameter(request, 'build'));
      await platform.builds.cancel(build);
      response.json(buildBody(platform, app, build));
    }),
  );
};

function parseSourceBlob(blob: Record<string, unknown>): SourceBlob {
  const url = textField(blob, 'url');
  if (url === undefined || !URL.canParse(url)) throw invalidParams('source_blob.url must be a URL.');
  const checksum = textField(blob, 'checksum') ?? null;
  if (checksum !== null && !/^SHA256:[0-9a-f]{64}$/i.test(checksum)) {
    throw invalidParams('source_blob.checksum must be SHA256: and 64 hexadecimal digits.');
  }
  return {
    url,
    checksum,
    version: textField(blob, 'version') ?? null,
    versionDescription: textField(blob, 'version_description') ?? null,
  };
}

function buildBody(platform: Platform, app: App, build: Build): unknown {
  return {
    id: build.id,
    app: { id: app.id },
    buildpacks: build.buildpacks,
    created_at: timestamp(build.createdAt),
    generation: app.generation,
    output_stream_url: streamUrl(platform, 'builds', build),
    release: build.release ? { id: build.release.id } : null,
    slug: slugReference(app, build.slug),
    source_blob: {
      checksum: build.sourceBlob.checksum,
      url: build.sourceBlob.url,
      version: build.sourceBlob.version,
      version_description: build.sourceBlob.versionDescription,
    },
    stack: build.stack,
    status: build.status,
    updated_at: timestamp(build.updatedAt),
    user: { id: build.account.id, email: build.account.email },
  };
}
