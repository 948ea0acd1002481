/** What a path in a repository is for, by the field's conventions. */
export type PathKind =
  | 'licence'
  | 'security'
  | 'readme'
  | 'contributing'
  | 'codeowners'
  | 'sbom'
  | 'lockFile'
  | 'ci'
  | 'manifest';

const TEXT = '(\\.(md|markdown|txt|rst|adoc|org))?';
/** Where GitHub and GitLab look for community files. */
const COMMUNITY = '(\\.github/|\\.gitlab/|docs/)?';

const KINDS: readonly [PathKind, RegExp][] = [
  [
    'licence',
    /^((licen[cs]e|copying|unlicense)([-_. ](?!go$|js$|ts$|py$|c$|h$|rs$|java$)[\w.+-]+)?|licenses\/[\w.+-]+\.txt)$/i,
  ],
  ['security', new RegExp(`^${COMMUNITY}security(_contacts|-insights\\.ya?ml)?${TEXT}$`, 'i')],
  ['readme', new RegExp(`^readme${TEXT}$`, 'i')],
  ['contributing', new RegExp(`^${COMMUNITY}contributing${TEXT}$`, 'i')],
  ['codeowners', new RegExp(`^${COMMUNITY}(CODEOWNERS|OWNERS|MAINTAINERS${TEXT})$`)],
  [
    'sbom',
    /(^|\/)((s?bom|sbom[-_.][\w.-]+|[\w.-]+[-_.]sbom)\.(json|xml|ya?ml|spdx)|[\w.@-]+\.(cdx\.(json|xml)|spdx(\.(json|ya?ml|rdf))?))$/i,
  ],
  [
    'lockFile',
    /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile|flake\.lock|mix\.lock|requirements\.txt)$/,
  ],
  [
    'ci',
    /^(\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci\/config\.yml|azure-pipelines\.ya?ml|Jenkinsfile|\.travis\.yml|\.drone\.ya?ml|\.woodpecker(\.ya?ml|\/[^/]+)|\.buildkite\/[^/]+|\.cirrus\.yml|\.tekton\/[^/]+|\.ci\/[^/]+|\.prow\.ya?ml|cloudbuild\.ya?ml)$/,
  ],
  ['manifest', /^(package\.json|Cargo\.toml|pyproject\.toml)$/],
];

const TRIAL_DATA = /(^|\/)(tests?|testdata|__tests__|fixtures?|examples?|vendor|node_modules|third_party)\//i;

export function kindOf(path: string): PathKind | undefined {
  const kind = KINDS.find(([, pattern]) => pattern.test(path))?.[0];
  // An SBOM tool carries other people's SBOMs among its tests.
  return kind === 'sbom' && TRIAL_DATA.test(path) ? undefined : kind;
}
