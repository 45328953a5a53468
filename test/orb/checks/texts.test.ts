import { describeBroken, deployRun } from '../support/breaking.ts';

describeBroken('texts', [
  [
    'an unescaped <<',
    (orb) => (deployRun(orb)['command'] = 'cat << EOF'),
    [/^commands\/deploy: steps\.5\.run\.command: "<<" is neither a template nor escaped/],
  ],
  [
    'an unescaped << in a description',
    (orb) => (orb.description = `${orb.description} << parameters.x >>`),
    [/^@orb: description: "<< parameters\.x >>" is neither/],
  ],
  [
    'a pipeline parameter, which orbs cannot see',
    (orb) => (deployRun(orb).environment['X'] = '<< pipeline.parameters.app >>'),
    [/^commands\/deploy: steps\.5\.run\.environment\.X: .* is neither a template/],
  ],
  [
    'a mustache section',
    (orb) => (deployRun(orb).environment['X'] = '<<#parameters.force>>yes<</parameters.force>>'),
    [/environment\.X: "<<#parameters\.force>>" is neither/, /environment\.X: .* is neither/],
  ],
  [
    'a parameter in the text of a script',
    (orb) => (deployRun(orb)['command'] = 'echo << parameters.revision >>'),
    [/^commands\/deploy, revision: it is put into the text of a shell script/],
  ],
  [
    'a command that is too long for one argument',
    (orb) => (deployRun(orb)['command'] = `echo ${'x'.repeat(120_000)}`),
    [/^commands\/deploy: the command of a run step has 120005 bytes, more than 120000/, /RC009/],
  ],
  [
    'an environment string that is too long',
    (orb) => (deployRun(orb).environment['LONG'] = 'é'.repeat(60_000)),
    [/^commands\/deploy: the environment variable LONG has 120005 bytes, more than 120000/],
  ],
  [
    'a parameter handed over under another name',
    (orb) => {
      const { environment } = deployRun(orb);
      environment['HEROKU_CD_REV'] = environment['HEROKU_CD_REVISION'] ?? '';
      delete environment['HEROKU_CD_REVISION'];
    },
    [
      /^commands\/deploy, revision: it is handed over as HEROKU_CD_REV instead of HEROKU_CD_REVISION/,
      /^commands\/deploy, revision: the call "deploy --from window" does not get it/,
    ],
  ],
]);
