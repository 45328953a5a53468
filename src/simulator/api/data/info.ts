import type { DatabaseFacts } from '../../postgres/types.ts';
import { dataTime } from './context.ts';
import type { DatabaseAddOn } from '../../platform/transfers/index.ts';

const gigabyte = 2 ** 30;

interface Line {
  readonly name: string;
  readonly values: readonly string[];
}

/** A database as `pg:info` reads it: numbers, and lines for people. */
export function databaseBody(addOn: DatabaseAddOn, measured: DatabaseFacts): Record<string, unknown> {
  const { database, plan } = addOn;
  const facts = { ...measured, bytes: addOn.reportedBytes ?? measured.bytes };
  const { port, password } = new URL(database.url);
  const hasService = plan.postgres?.continuousProtection === true;
  return {
    addon_id: addOn.id,
    name: addOn.name,
    heroku_resource_id: addOn.id,
    created_at: dataTime(addOn.createdAt),
    database_name: database.name,
    database_user: database.name,
    database_password: password,
    port: Number(port),
    resource_url: database.url,
    postgres_version: facts.version,
    num_bytes: facts.bytes,
    num_tables: facts.tables,
    num_connections: facts.sessions,
    num_connections_waiting: 0,
    credentials: 1,
    following: null,
    forked_from: null,
    leader: null,
    'waiting?': false,
    'standalone?': true,
    // A plan of the smallest tier is told by its name alone (Heroku CLI: PgDatabaseTenant, PgDatabaseService).
    plan: hasService ? { id: 0, name: plan.name } : plan.name,
    info: infoLines(addOn, facts),
  };
}

function infoLines({ plan, createdAt, app }: DatabaseAddOn, facts: DatabaseFacts): Line[] {
  const { title = '', storageGb = 0, connections = 0, continuousProtection = false } = plan.postgres ?? {};
  const share = ((facts.bytes / (storageGb * gigabyte)) * 100).toFixed(2);
  const line = (name: string, value: string): Line => ({ name, values: [value] });
  return [
    line('Plan', title),
    line('Status', 'Available'),
    line('Connections', `${facts.sessions}/${connections}`),
    line('PG Version', facts.version),
    line('Created', dataTime(createdAt)),
    line('Data Size', `${readableSize(facts.bytes)} / ${storageGb} GB (${share}%)`),
    line('Tables', String(facts.tables)),
    line('Fork/Follow', continuousProtection ? 'Available' : 'Unsupported'),
    line('Rollback', continuousProtection ? `earliest from ${dataTime(createdAt)}` : 'Unsupported'),
    line('Continuous Protection', continuousProtection ? 'On' : 'Off'),
    ...(continuousProtection ? [line('Region', app.region), line('Maintenance', 'not required')] : []),
  ];
}

function readableSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 2 ** (10 * step)).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
