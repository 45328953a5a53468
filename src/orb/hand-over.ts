/** The variables that the orb's own scripts read; parameters travel as `environmentName` has them. */

/** The helper's command, in words divided by blanks. */
export const COMMAND_LINE_VARIABLE = 'HEROKU_CD_COMMAND_LINE';

/** The helper, compressed and in base64. */
export const PAYLOAD_VARIABLE = 'HEROKU_CD_PAYLOAD';

/** SHA-256 of the helper once it is unpacked. */
export const DIGEST_VARIABLE = 'HEROKU_CD_SHA256';

/** The program that unpacks the helper. */
export const UNPACK_VARIABLE = 'HEROKU_CD_UNPACK';
