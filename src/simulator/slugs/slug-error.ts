/** A source that cannot become a slug. The message is for the person who pushed it. */
export class SlugError extends Error {
  override readonly name = 'SlugError';
}
