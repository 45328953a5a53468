/** The variables that the orb's own scripts read; parameters travel as `environmentName` has them. */

/** The helper's command, in words divided by blanks. */
export const COMMAND_LINE_VARIABLE = 'HEROKU_CD_COMMAND_LINE';

/** The helper, compressed and in base64: the first part of it, or all. */
export const PAYLOAD_VARIABLE = 'HEROKU_CD_PAYLOAD';

/** Where the part of that index is handed over: `HEROKU_CD_PAYLOAD`, then `HEROKU_CD_PAYLOAD_2` and so on. */
export function payloadVariable(index: number): string {
  return index === 0 ? PAYLOAD_VARIABLE : `${PAYLOAD_VARIABLE}_${index + 1}`;
}

/** SHA-256 of the helper once it is unpacked. */
export const DIGEST_VARIABLE = 'HEROKU_CD_SHA256';

/** The program that unpacks the helper. */
export const UNPACK_VARIABLE = 'HEROKU_CD_UNPACK';
