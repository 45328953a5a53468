export { Rendezvous } from './server.ts';
