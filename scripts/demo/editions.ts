import { join } from 'node:path';

/** The app's folder: each of its folders is laid over the ones before it for the next commit. */
export const APP_FOLDER = join(__dirname, 'app');

/** Editions of the app's code, each with the schema that it can work with. */
export type Edition = 1 | 2 | 3;

/** What the app's `shop.js` says of an edition. */
interface Code {
  readonly edition: Edition;
  /** The query behind the app's page. */
  readonly anyCustomer: string;
}

export const CODE: Readonly<Record<Edition, Code>> = {
  1: codeOf('1-opening'),
  2: codeOf('2-two-names'),
  3: codeOf('3-initials'),
};

/** SQL for a customer's whole name in an edition's schema. */
export const CUSTOMER_NAME: Readonly<Record<Edition, string>> = {
  1: 'name',
  2: "rtrim(given_name || ' ' || family_name)",
  3: "rtrim(given_name || ' ' || surname)",
};

function codeOf(folder: string): Code {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- The app's code is plain JavaScript.
  return require(join(APP_FOLDER, folder, 'shop.js')) as Code;
}
