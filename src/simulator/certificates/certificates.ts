import { generate } from 'selfsigned';
import type { Certificates } from '../parts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 365;

/**
 * Makes a certificate authority of its own and, signed by it, a server certificate for loopback: 127.0.0.1,
 * ::1 and localhost, valid for a year. Nothing is written to disk. The authority signs nothing else: its key is
 * dropped here.
 */
export async function createCertificates(authorityName = 'heroku-cd local Heroku CA'): Promise<Certificates> {
  // A day back, so that a container whose clock is behind accepts it.
  const notBeforeDate = new Date(Date.now() - DAY_MS);
  const notAfterDate = new Date(Date.now() + VALID_DAYS * DAY_MS);
  const common = { keyType: 'ec', algorithm: 'sha256', notBeforeDate, notAfterDate } as const;
  const authority = await generate([{ name: 'commonName', value: authorityName }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { authority: authority.cert, certificate: server.cert, privateKey: server.private };
}
