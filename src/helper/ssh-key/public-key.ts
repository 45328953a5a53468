import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';

/** A public key as OpenSSH writes it into a `.pub` file. */
export interface PublicKey {
  /** One line: type, key, comment. */
  readonly line: string;
  /** As Heroku tells it: MD5, as pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  readonly comment: string;
}

const TYPE = /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))$/;

/**
 * Reads a public key. What could be a private one goes no further than this.
 * @throws Refusal for anything that is not one public key of a type that SSH still takes. Never shows it.
 */
export function readPublicKey(file: string, text: string): PublicKey {
  const refuse = (why: string, next: string): Refusal =>
    new Refusal({ what: `key-file: ${file} holds no public key.`, why, next, parameter: 'key-file' });
  if (/PRIVATE KEY/.test(text)) {
    throw refuse(
      'It holds a private key, which never leaves this machine. Nothing was sent.',
      'Give the private key’s own file, with the public key beside it in a file of the same name and `.pub`.',
    );
  }
  const line = text.trim();
  const [type = '', data = '', ...comment] = line.split(/[ \t]+/);
  const blob = Buffer.from(data, 'base64');
  // A key begins with the length of its type's name, and that name (RFC 4253, section 6.6).
  const named = blob.length > 4 ? blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1') : '';
  if (/[\r\n]/.test(line) || type !== named || blob.length < 40) {
    throw refuse(
      'It is not one line with a key’s type, the key and a comment.',
      `Write it anew with \`ssh-keygen -y -f ${file.replace(/\.pub$/, '')}\`.`,
    );
  }
  if (!TYPE.test(type)) {
    throw refuse(
      `Keys of the type ${type.replace(/[^\w@.-]/g, '').slice(0, 60)} are not taken.`,
      'Use a key of the type ed25519, RSA or ECDSA: leave `key-file` out, and one is made.',
    );
  }
  const fingerprint = createHash('md5')
    .update(blob)
    .digest('hex')
    .replace(/..(?=.)/g, '$&:');
  return { line, fingerprint, comment: comment.join(' ') };
}
