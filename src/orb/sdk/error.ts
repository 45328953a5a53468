/** Something in the orb's definition that the SDK would have accepted in silence. */
export class OrbDefinitionError extends Error {
  constructor(element: string, message: string) {
    super(`${element}: ${message}`);
    this.name = 'OrbDefinitionError';
  }
}
