/** The parts of memjs that are used here: a client of one server. The rest would double what the orb carries of it. */
declare module 'memjs/lib/memjs/server' {
  export { Server } from 'memjs';
}

declare module 'memjs/lib/memjs/utils' {
  import type { Utils } from 'memjs';
  export const makeRequestBuffer: typeof Utils.makeRequestBuffer;
}
