import type { Verdict } from '../../model/index.ts';
import { viewOf } from '../criteria/criterion.ts';
import { CRITERIA } from '../criteria/index.ts';
import type { FactValue } from '../pack/facts/index.ts';
import type { ResolvedPolicy, Subject } from '../pack/schema.ts';
import type { Collected } from '../sources/source.ts';
import type { Walked } from './blobs.ts';
import type { Secret } from './secrets.ts';

/** One thing to have before an internal tool can be open source. */
export interface Item {
  id: string;
  title: string;
  verdict: Verdict;
  reason: string;
  /** The command that mends it; absent where nothing is to be done. */
  mend?: string;
}

export interface Searched {
  walked: Walked;
  /** With the commit that brought each in, where it could be told. */
  secrets: (Secret & { commit: string | null })[];
  internal: { name: string; places: number; path: string }[];
}

/** Criteria that an own tool can meet by itself, before anybody else has come. */
const OWN = ['licence', 'disclosure', 'signed-tags', 'sbom', 'maintained'];

/** Pure: the same evidence and search give the same list. */
export function checklist(
  subject: Subject,
  { facts, gaps }: Collected,
  searched: Searched | { doubt: string },
  policy: ResolvedPolicy,
  now: number,
): Item[] {
  const view = viewOf(subject, facts, gaps);
  const judged = CRITERIA.filter(({ id }) => OWN.includes(id)).map((criterion): Item => {
    const { verdict, reason } = criterion.judge(
      view,
      criterion.threshold.parse(policy.thresholds[criterion.id] ?? {}),
      now,
    );
    return item(criterion.id, criterion.title, verdict, reason, criterion.mend);
  });
  const files = view.first('git.files')?.value;
  const reasons = view.gaps('git.files').join('; ') || 'the files are not known';
  return [
    ...judged,
    ...(files === undefined ? [item('files', 'Files', 'unknown', reasons)] : fileItems(files)),
    ...searchItems(searched),
  ];
}

/** Only what is not in order needs mending. */
function item(id: string, title: string, verdict: Verdict, reason: string, mend?: string): Item {
  return { id, title, verdict, reason, ...(verdict === 'pass' || mend === undefined ? {} : { mend }) };
}

function fileItems(files: FactValue<'git.files'>): Item[] {
  const has = (id: string, title: string, paths: readonly string[], mend: string): Item =>
    item(
      id,
      title,
      paths.length > 0 ? 'pass' : 'fail',
      paths.length > 0 ? paths.slice(0, 3).join(', ') : 'there is none',
      mend,
    );
  return [
    has(
      'readme',
      'README',
      files.readme === null ? [] : [files.readme.path],
      '$EDITOR README.md   # what it is for, how to install it, the first command',
    ),
    has(
      'contributing',
      'How to contribute',
      files.contributing,
      '$EDITOR CONTRIBUTING.md   # how to build, how to run one test, how a change is taken',
    ),
    has(
      'codeowners',
      'Who decides',
      files.codeowners,
      "mkdir -p .github && echo '* @your-team' > .github/CODEOWNERS",
    ),
    has(
      'ci',
      'Continuous integration',
      files.ci,
      'mkdir -p .github/workflows && $EDITOR .github/workflows/ci.yml   # run the tests on every push',
    ),
    has(
      'lock-file',
      'Lock file of the dependencies',
      files.lockFiles,
      'npm install --package-lock-only   # or: go mod tidy, cargo generate-lockfile, uv lock',
    ),
  ];
}

function searchItems(searched: Searched | { doubt: string }): Item[] {
  if ('doubt' in searched)
    return [
      item('secrets', 'No secrets in the history', 'unknown', searched.doubt),
      item('internal-names', 'No internal names or addresses', 'unknown', searched.doubt),
    ];
  const { walked, secrets, internal } = searched;
  const looked = `${walked.texts} texts of the whole history were looked into`;
  const large =
    walked.tooLarge.length === 0
      ? ''
      : `; ${walked.tooLarge.length} were too large (${walked.tooLarge.slice(0, 3).join(', ')})`;
  const where = secrets
    .slice(0, 10)
    .map(
      ({ path, line, rule, commit }) => `${path}:${line} (${rule}${commit === null ? '' : `, in ${commit}`})`,
    );
  const paths = [
    ...new Set(secrets.map(({ path }) => path).filter((path) => path !== 'commit message')),
  ].slice(0, 5);
  const remove =
    paths.length === 0
      ? 'git filter-repo --replace-message FILE'
      : `git filter-repo --invert-paths ${paths.map((path) => `--path '${path.replaceAll("'", "'\\''")}'`).join(' ')}`;
  const names = internal.slice(0, 10).map(({ name, places, path }) => `${name} (${places} ×, ${path})`);
  return [
    secrets.length > 0
      ? item(
          'secrets',
          'No secrets in the history',
          'fail',
          `${secrets.length} found: ${where.join(', ')}`,
          `revoke them first, whatever else you do; then: ${remove}`,
        )
      : item(
          'secrets',
          'No secrets in the history',
          walked.tooLarge.length > 0 ? 'unknown' : 'pass',
          `none found; ${looked}${large}`,
          'look into the large ones by hand, or take them out of the history',
        ),
    internal.length > 0
      ? item(
          'internal-names',
          'No internal names or addresses',
          'unknown',
          `a person must look at ${internal.length}: ${names.join(', ')}`,
          "git grep -nE '\\.(internal|corp|intranet|lan|local)\\b|\\b(10|192\\.168)\\.'   # and: git filter-repo --replace-text FILE",
        )
      : item('internal-names', 'No internal names or addresses', 'pass', `none found; ${looked}`),
  ];
}
