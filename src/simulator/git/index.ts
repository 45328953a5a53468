export { createGitServer } from './git-server.ts';
