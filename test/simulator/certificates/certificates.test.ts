import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createCertificates } from '../../../src/simulator/certificates/index.ts';
import { createGitServer } from '../../../src/simulator/git/index.ts';
import type { Certificates, GitServer } from '../../../src/simulator/parts.ts';

const run = promisify(execFile);

let certificates: Certificates;
let folder: string;
let server: Server;
let git: GitServer;
let port: number;
beforeAll(async () => {
  certificates = await createCertificates();
  folder = await mkdtemp(path.join(tmpdir(), 'certificates-'));
  await writeFile(path.join(folder, 'ca.pem'), certificates.authority);
  git = createGitServer({
    root: folder,
    authorize: () => 'ok',
    onPush: () => Promise.resolve({ accepted: false }),
  });
  const { certificate: cert, privateKey: key } = certificates;
  server = createServer({ cert, key }, (request, response) => {
    if (!git.handle(request, response)) response.end('hello');
  });
  // Both families where the machine has both.
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await git.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

test('the names of loopback, a year, and no more than that', () => {
  const server = new X509Certificate(certificates.certificate);
  const authority = new X509Certificate(certificates.authority);
  expect(server.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  expect(server.ca).toBe(false);
  expect(authority.ca).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
  expect(authority.serialNumber).not.toBe(server.serialNumber);
  const days = (Date.parse(server.validTo) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(360);
  expect(days).toBeLessThan(398);
  expect(Date.parse(server.validFrom)).toBeLessThan(Date.now());
  expect(certificates.authority).not.toContain('PRIVATE KEY');
});

test('each call makes an authority of its own', async () => {
  expect((await createCertificates()).authority).not.toBe(certificates.authority);
});

test.each(['127.0.0.1', 'localhost'])('Node trusts it for %s with the authority given', async (host) => {
  const body = await new Promise((resolve, reject) => {
    get({ host, port, path: '/', ca: certificates.authority, family: 4 }, (response) => {
      response.on('data', (chunk: Buffer) => resolve(chunk.toString()));
    }).on('error', reject);
  });
  expect(body).toBe('hello');
});

const SCRIPT = `
  require('node:https').get(process.argv[1], (r) => { r.pipe(process.stdout); })
    .on('error', (error) => { console.log(error.code); });`;

async function nodeGets(host: string, environment: Record<string, string>): Promise<string> {
  const args = ['-e', SCRIPT, `https://${host}:${port}/`];
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env.PATH, ...environment } });
  return stdout.trim();
}

test('NODE_EXTRA_CA_CERTS makes another Node trust it, and only that', async () => {
  const trusting = { NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') };
  expect(await nodeGets('127.0.0.1', trusting)).toBe('hello');
  expect(await nodeGets('127.0.0.1', {})).toMatch(/^(UNABLE_TO|SELF_SIGNED)/);
  expect(await nodeGets('127.0.0.2', trusting)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('GIT_SSL_CAINFO makes git trust it, and only that', async () => {
  const lsRemote = (environment: Record<string, string>) =>
    run('git', ['ls-remote', `https://x:y@127.0.0.1:${port}/app.git`], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...environment,
      },
    });
  await expect(lsRemote({ GIT_SSL_CAINFO: path.join(folder, 'ca.pem') })).resolves.toMatchObject({
    stdout: '',
  });
  await expect(lsRemote({})).rejects.toThrow(/certificate/);
});
