/** What of memjs is used, as one module to load when it is needed: start-up does not pay for it. */
export { Server } from 'memjs/lib/memjs/server';
export { makeRequestBuffer } from 'memjs/lib/memjs/utils';
