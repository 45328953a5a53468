/** All of the client but the reads and the changes that small acts are made of: most of its code, and loaded as one. */
export * as builds from './builds.ts';
export * as configVars from './config-vars.ts';
export * as databases from './databases.ts';
export * as dynos from './dynos.ts';
export { inspectionOf } from './inspection.ts';
export { openLog } from './log-session.ts';
export { followOutput } from './output-stream.ts';
export * as releases from './releases.ts';
export { uploadSource } from './source-upload.ts';
export { sshKeysOf } from './ssh-keys.ts';
