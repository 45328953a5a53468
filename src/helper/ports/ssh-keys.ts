/** A public SSH key of an account (Platform API Reference: Key). */
export interface SshKey {
  readonly id: string;
  /** MD5, as pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  readonly comment: string;
  readonly email: string;
}

/** The SSH keys of the account that the API key belongs to. */
export interface SshKeys {
  list(): Promise<readonly SshKey[]>;
  /** Adds a public key, once; one whose answer got lost is found by its fingerprint. */
  add(publicKey: string, fingerprint: string): Promise<SshKey>;
  /** False where it is gone already. */
  remove(id: string): Promise<boolean>;
}
