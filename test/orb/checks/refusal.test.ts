import { OrbRefused, findFaults, refuseFindings } from '../../../src/orb/checks/index.ts';
import { buildOrb } from '../../../src/orb/orb.ts';
import { pack, unpackedTree } from '../../../src/orb/tree/index.ts';
import { brokenOrb, deployEntry, faultsWhen } from '../support/breaking.ts';
import { checkedOrb, contextWith, scriptsWith } from '../support/orb.ts';

const context = contextWith();

describe('an orb that is as it should be', () => {
  it('has no faults', () => {
    expect(faultsWhen(() => undefined)).toEqual([]);
  });
});

describe('an orb is refused for what is around its elements', () => {
  const carrying = (...parts: string[]) => {
    const large = { ...context, payload: { ...context.payload, parts } };
    return findFaults(checkedOrb(large, buildOrb(large)));
  };
  const partOf = (bytes: number) => `${Buffer.alloc(bytes).toString('base64').replaceAll(/.{120}/g, '$&\n')}\n`;

  it('a part of the payload that is too large', () => {
    expect(carrying(partOf(85_950), partOf(86_017))).toEqual([
      {
        element: 'commands/install',
        message: 'HEROKU_CD_PAYLOAD_2: this part of the packed helper has 86017 bytes, more than 86016',
      },
    ]);
  });

  it('a part of the largest size that is allowed fits into one environment string', () => {
    expect(carrying(partOf(86_016))).toEqual([]);
    expect(carrying(partOf(86_016), partOf(86_016), partOf(86_016))).toEqual([]);
  });

  it('a payload that is too large for one process, whatever its parts are', () => {
    expect(carrying(...Array.from({ length: 5 }, () => partOf(85_950)))).toEqual([
      {
        element: 'commands/install',
        message: expect.stringMatching(
          /^the command and the environment of a run step has 58\d{4} bytes, more than 524288$/,
        ) as string,
      },
    ]);
  });

  it('a digest that is none', () => {
    const payload = { ...context.payload, sha256: 'undefined' };
    const faults = findFaults({ ...checkedOrb(), context: { ...context, payload } });
    expect(faults.map(({ message }) => message)).toEqual(['HEROKU_CD_SHA256: it is not a SHA-256']);
  });

  it.each([
    ['namespace', 'Acme Inc', /^"Acme Inc" is no namespace; see ORB_NAMESPACE/],
    ['version', '1.0.0-beta.1', /^"1\.0\.0-beta\.1" is no version of an orb/],
  ])('a %s that the registry would not take', (field, value, message) => {
    const faults = findFaults({ ...checkedOrb(), context: { ...context, [field]: value } });
    expect(faults[0]).toEqual({ element: '@orb', message: expect.stringMatching(message) as string });
  });

  it('a script that escapes by itself', () => {
    const scripts = new Map([...scriptsWith(context), ['helper.sh', 'cat \\<<EOF\nEOF\n']]);
    const orb = buildOrb(context);
    const tree = unpackedTree(orb, scripts);
    const faults = findFaults({ orb, tree, packed: pack(tree), context });
    expect(faults).toContainEqual({
      element: 'scripts/helper.sh',
      message: 'it escapes << by itself, and packing would escape it once more',
    });
  });

  it('with every fault in one message', () => {
    const orb = brokenOrb((orb) => {
      orb.description = '';
      delete deployEntry(orb)['context'];
    });
    const refuse = () => refuseFindings(checkedOrb(context, orb));
    expect(refuse).toThrow(OrbRefused);
    expect(refuse).toThrow(/breaks 2 of its rules[^]*changes an app without a context[^]*@orb: RC005/);
  });
});
