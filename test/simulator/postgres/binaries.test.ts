import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../../../src/simulator/postgres/binaries.ts';
import { findOwner } from '../../../src/simulator/postgres/owner.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'postgres-binaries-')));
});
afterEach(() => rm(folder, { recursive: true }));

async function install(place: string, programs = ['initdb', 'postgres', 'pg_ctl']): Promise<string> {
  const bin = join(folder, place);
  await mkdir(bin, { recursive: true });
  for (const program of programs) {
    await writeFile(join(bin, program), '');
    await chmod(join(bin, program), 0o755);
  }
  return bin;
}

describe('findBinaries', () => {
  it("takes the newest of Debian's versions, by number", async () => {
    await install('9.6/bin');
    const newest = await install('15/bin');
    await install('common/bin');
    expect(await findBinaries('', folder)).toBe(newest);
  });

  it('passes over a version whose server is not installed', async () => {
    const whole = await install('14/bin');
    await install('17/bin', ['initdb', 'pg_ctl']);
    expect(await findBinaries('', folder)).toBe(whole);
  });

  it('prefers what the search path has on purpose', async () => {
    await install('15/bin');
    const own = await install('own');
    await install('half', ['initdb']);
    expect(await findBinaries(`${join(folder, 'half')}:${own}`, folder)).toBe(own);
  });

  it('follows links to where all programs are', async () => {
    const own = await install('own');
    const links = join(folder, 'links');
    await mkdir(links);
    for (const name of ['initdb', 'postgres', 'pg_ctl']) await symlink(join(own, name), join(links, name));
    expect(await findBinaries(links, folder)).toBe(own);
  });

  it('names the Debian package when there is none', async () => {
    await expect(findBinaries('', folder)).rejects.toThrow(/Install Debian's package postgresql/);
    await expect(findBinaries('', join(folder, 'missing'))).rejects.toThrow(
      /neither a folder of PATH nor .*missing\/<version>\/bin has initdb, postgres, pg_ctl/,
    );
  });
});

describe('findOwner', () => {
  it('is this process itself where it is not root', async () => {
    expect(await findOwner(false)).toEqual({});
  });

  it('is a user without rights where it is', async () => {
    const { uid, gid } = await findOwner(true);
    expect(uid).toBeGreaterThan(0);
    expect(gid).toBeGreaterThan(0);
  });
});
