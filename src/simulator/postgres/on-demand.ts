import type { PostgresOptions } from './server.ts';
import type { PostgresServer } from './types.ts';

/** A server that starts when it is first asked for. */
export interface PostgresOnDemand {
  /** One server, however often and at once it is asked for; a start that failed is tried again. */
  server(): Promise<PostgresServer>;
  /** Ends the server, one that is just starting too. None starts afterwards. */
  close(): Promise<void>;
}

export function postgresOnDemand(options: PostgresOptions = {}): PostgresOnDemand {
  let starting: Promise<PostgresServer> | undefined;
  let closed = false;
  const start = async () => {
    // Loaded now: most local Herokus never need it.
    const { startPostgres } = await import('./server.ts');
    return startPostgres(options);
  };
  return {
    async server() {
      if (closed) throw new Error('Postgres does not start any more: the local Heroku is closing.');
      starting ??= start();
      try {
        return await starting;
      } catch (error) {
        starting = undefined;
        throw error;
      }
    },
    async close() {
      closed = true;
      // Whoever asked for the server has been told why it did not start.
      const server = await starting?.catch(() => undefined);
      await server?.close();
    },
  };
}
