/** What an error says, whatever was thrown; its stack and its fields stay out of it. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return typeof error === 'string' ? error : 'an error without a message';
}
