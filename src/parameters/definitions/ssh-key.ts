import type { ParameterDefinition } from '../definition.ts';

export const SSH_KEY_COMMANDS = ['ssh-key add', 'ssh-key list', 'ssh-key remove'] as const;

/** SSH keys of the account, on the command line alone. */
export const SSH_KEY = [
  {
    name: 'key-file',
    type: 'string',
    default: '$HOME/.ssh/heroku_ed25519',
    description:
      'The private key, with its public key beside it in a file of the same name and `.pub`. What is there is taken and never overwritten; where nothing is, a key is made. Only the public key is sent.',
    commands: ['ssh-key add'],
    check: (value) => (/\p{Cc}/u.test(value) ? 'the name of a file is wanted' : undefined),
    required: true,
    commandLineOnly: true,
  },
  {
    name: 'key-comment',
    type: 'string',
    default: 'heroku-cd',
    description: 'What a new key is called, such as the name of the machine that has it.',
    commands: ['ssh-key add'],
    check: (value) =>
      /^[\w@.+ :-]{1,100}$/.test(value) ? undefined : 'letters, digits, blanks and . _ - + @ : are wanted',
    commandLineOnly: true,
  },
  {
    name: 'ssh-key',
    type: 'string',
    default: '',
    description: 'Which key: its fingerprint, or a part of its comment or address that no other key has.',
    commands: ['ssh-key remove'],
    required: true,
    words: ['ssh-key remove'],
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
