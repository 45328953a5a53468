/** The values behind `<< pipeline.… >>`, by their full names. */
export type PipelineValues = ReadonlyMap<string, unknown>;

/** What the rehearsed pipeline was started for. Everything has a default, so that a configuration always expands. */
export interface PipelineFacts {
  readonly id?: string;
  readonly number?: number;
  readonly branch?: string;
  readonly tag?: string;
  readonly revision?: string;
  readonly baseRevision?: string;
  /** Such as `gh/acme/shop`. */
  readonly projectSlug?: string;
  readonly repositoryUrl?: string;
  /** The branch that CircleCI takes for the project's default one. */
  readonly defaultBranch?: string;
  readonly triggerSource?: string;
  /** Further values by their full names, such as `pipeline.deploy.target_version`. */
  readonly values?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Values that are empty unless the pipeline was started by the event they speak of. */
const EMPTY = [
  ...['commit.author_avatar_url', 'commit.author_email', 'commit.author_login', 'commit.author_name'].map(
    (name) => `git.${name}`,
  ),
  ...['git.commit.body', 'git.commit.subject', 'git.commit.url', 'git.repo_id', 'git.repo_url'],
  ...[
    'name',
    'trigger.type',
    'trigger.id',
    'trigger.name',
    'trigger.received_at',
    'schedule.name',
    'schedule.id',
  ],
  ...['event.name', 'event.action', 'event.context.github.pr_url', 'event.github.repository.url'],
  ...['event.github.repository.name', 'event.github.repository.owner.login', 'event.github.ref'],
  ...['event.github.sender.avatar_url', 'event.github.sender.login', 'event.github.sender.type'],
  ...[
    'event.github.after',
    'event.github.head_commit.url',
    'event.github.label',
    'event.github.comment.body',
  ],
  ...['title', 'url', 'head.sha', 'head.ref', 'base.sha', 'base.ref', 'merged', 'number', 'draft'].map(
    (name) => `event.github.pull_request.${name}`,
  ),
  ...['config.file_path', 'config.repository.url', 'config.repository.name', 'config.sha', 'config.ref'],
  ...['component_name', 'environment_name', 'target_version', 'current_version', 'namespace', 'reason'].map(
    (name) => `deploy.${name}`,
  ),
  ...['event_time', 'event_type', 'trigger_type'].map((name) => `trigger_parameters.circleci.${name}`),
  'trigger_parameters.webhook.body',
  ...[
    'branch',
    'checkout_sha',
    'commit_sha',
    'commit_title',
    'commit_message',
    'commit_timestamp',
    'ref',
  ].map((name) => `trigger_parameters.github_app.${name}`),
  ...[
    'commit_author_name',
    'repo_name',
    'repo_url',
    'user_avatar',
    'user_id',
    'user_name',
    'user_username',
  ].map((name) => `trigger_parameters.github_app.${name}`),
  ...['web_url', 'total_commits_count'].map((name) => `trigger_parameters.github_app.${name}`),
  ...['commit_sha', 'default_branch', 'x_gitlab_event_id', 'is_fork_merge_request'].map(
    (name) => `trigger_parameters.gitlab.${name}`,
  ),
];

/**
 * The pipeline values of one rehearsal. A tag pipeline has no branch and a branch pipeline no tag: those are null, which
 * `environment` hands on as `<nil>`. Names from circleci-cli, `internal/configcmd/pipeline.go`.
 * @param parameters the pipeline parameters, bound already.
 */
export function pipelineValues(
  facts: PipelineFacts,
  parameters: ReadonlyMap<string, unknown>,
): PipelineValues {
  const slug = facts.projectSlug ?? 'gh/local/project';
  const [, owner = 'local', repository = 'project'] = slug.split('/');
  const url = facts.repositoryUrl ?? `https://github.com/${owner}/${repository}`;
  const values = new Map<string, unknown>(EMPTY.map((name) => [`pipeline.${name}`, null]));
  const known: Record<string, unknown> = {
    'pipeline.id': facts.id ?? '00000000-0000-0000-0000-000000000001',
    'pipeline.number': facts.number ?? 1,
    'pipeline.project.git_url': url,
    'pipeline.project.slug': slug,
    'pipeline.project.type': projectType(slug),
    'pipeline.project.id': '00000000-0000-0000-0000-000000000002',
    'pipeline.organization.id': '00000000-0000-0000-0000-000000000003',
    'pipeline.git.branch': facts.tag === undefined ? (facts.branch ?? 'main') : null,
    'pipeline.git.branch.is_default':
      facts.tag === undefined && (facts.branch ?? 'main') === (facts.defaultBranch ?? 'main'),
    'pipeline.git.tag': facts.tag ?? null,
    'pipeline.git.revision': facts.revision ?? '0'.repeat(40),
    'pipeline.git.base_revision': facts.baseRevision ?? '0'.repeat(40),
    'pipeline.git.repo_name': repository,
    'pipeline.git.repo_owner': owner,
    'pipeline.git.repo_url': url,
    'pipeline.trigger_source': facts.triggerSource ?? 'webhook',
    'pipeline.in_setup': false,
    ...facts.values,
  };
  for (const [name, value] of Object.entries(known)) {
    values.set(name, value);
  }
  for (const [name, value] of parameters) {
    values.set(`pipeline.parameters.${name}`, value);
  }
  return values;
}

function projectType(slug: string): string {
  const [host = ''] = slug.split('/');
  return { gh: 'github', bb: 'bitbucket', gl: 'gitlab' }[host] ?? host;
}
