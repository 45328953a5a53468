/** Acts that are a request or two, and what all acts have in common: little to load. */
export { perform } from './act.ts';
export { setPage } from './page.ts';
export { scale } from './scale.ts';
