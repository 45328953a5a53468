import { version } from '../../package.json';

/** The version of the package and of the orb, which are one. */
export const VERSION: string = version;
