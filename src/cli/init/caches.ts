import type { AppFolder } from './app-folder.ts';
import { addOns, gemHas, npmHas, pythonHas } from './manifests.ts';

/** A cache that outlives a deployment, and what is proposed for it. */
export interface Cache {
  readonly kind: 'memcached' | 'redis';
  /** By what it was recognized. */
  readonly by: string;
  /** A command that clears it, where flushing its servers is not safe to propose. */
  readonly command: string | undefined;
}

const MEMCACHED = {
  ruby: ['dalli', 'memcachier'],
  python: ['django-bmemcached', 'python-binary-memcached', 'pylibmc', 'pymemcache'],
  npm: ['memjs', 'memcached', 'memcache-client'],
  addOns: ['memcachier', 'memcachedcloud'],
};

const REDIS = {
  ruby: ['redis-rails', 'redis-store', 'redis'],
  python: ['django-redis', 'redis'],
  npm: ['redis', 'ioredis'],
  addOns: ['heroku-redis', 'rediscloud', 'stackhero-redis'],
};

/** The app's cache, memcached before Redis: nothing but a cache is ever kept in memcached. */
export function cacheOf(app: AppFolder): Cache | undefined {
  const memcached = named(app, MEMCACHED);
  if (memcached !== undefined) return { kind: 'memcached', by: memcached, command: undefined };
  const redis = named(app, REDIS);
  if (redis === undefined) return undefined;
  return { kind: 'redis', by: redis, command: clearing(app) };
}

function named(app: AppFolder, names: typeof MEMCACHED): string | undefined {
  const gem = names.ruby.find((name) => gemHas(app, name));
  if (gem !== undefined) return `the gem \`${gem}\``;
  const python = names.python.find((name) => pythonHas(app, name));
  if (python !== undefined) return `the Python package \`${python}\``;
  const npm = names.npm.find((name) => npmHas(app, name));
  if (npm !== undefined) return `the npm package \`${npm}\``;
  const plan = addOns(app).find((service) => names.addOns.includes(service));
  return plan === undefined ? undefined : `the add-on \`${plan}\` of app.json`;
}

/** How the app's framework clears its cache. */
function clearing(app: AppFolder): string | undefined {
  if (gemHas(app, 'rails')) return 'bin/rails runner "Rails.cache.clear"';
  if (app.has('manage.py')) {
    return 'python manage.py shell -c "from django.core.cache import cache; cache.clear()"';
  }
  return app.has('artisan') ? 'php artisan cache:clear' : undefined;
}
