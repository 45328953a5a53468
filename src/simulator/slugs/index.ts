export { SlugError } from './slug-error.ts';
export { createSlugStore } from './slug-store.ts';
