import type { Verdict } from '@toolcrib/model';
import { viewOf } from '../criteria/criterion.ts';
import { CRITERIA } from '../criteria/index.ts';
import type { Subject } from '../facts/evidence.ts';
import type { FactValue } from '../facts/index.ts';
import type { ResolvedPolicy } from '../policy/resolved.ts';
import type { Collected } from '../sources/source.ts';
import type { Walked } from './blobs.ts';
import type { Item } from './outcome.ts';
import type { Secret } from './secrets.ts';

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
      item('secrets', SECRETS, 'unknown', searched.doubt),
      item('internal-names', INTERNAL, 'unknown', searched.doubt),
    ];
  const { texts, binary } = searched.walked;
  const looked = `${texts} texts of the whole history were looked into${binary === 0 ? '' : `, ${binary} binary files were not`}`;
  return [secretsItem(searched, looked), internalItem(searched, looked)];
}

const SECRETS = 'No secrets in the history';
const INTERNAL = 'No internal names or addresses';
/** Tests hold made-up credentials; whether these are, only a person can tell. */
const TRIAL_DATA = /(^|\/)(tests?|testdata|__tests__|fixtures?)\/|[._-](test|spec)\.\w+$|_test\.\w+$/i;

function secretsItem({ secrets, walked }: Searched, looked: string): Item {
  const where = (some: Searched['secrets']) =>
    some
      .slice(0, 10)
      .map(
        ({ path, line, rule, commit }) =>
          `${path}:${line} (${rule}${commit === null ? '' : `, in ${commit}`})`,
      )
      .join(', ');
  const serious = secrets.filter(({ path }) => !TRIAL_DATA.test(path));
  const remove =
    'git filter-repo --replace-text secrets.txt --replace-message secrets.txt   # one secret a line';
  if (serious.length > 0)
    return item(
      'secrets',
      SECRETS,
      'fail',
      `${serious.length} found: ${where(serious)}`,
      `revoke them first, whatever else you do; then: ${remove}`,
    );
  if (secrets.length > 0)
    return item(
      'secrets',
      SECRETS,
      'unknown',
      `a person must look at ${secrets.length} in tests: ${where(secrets)}`,
      `if one is real, revoke it first; then: ${remove}`,
    );
  const some = (paths: readonly string[], what: string) =>
    paths.length === 0 ? [] : [`${paths.length} ${what} (${paths.slice(0, 3).join(', ')})`];
  const unseen = [
    ...some(walked.tooLarge, 'were too large'),
    ...some(walked.unread, 'are texts in no encoding known here'),
  ];
  if (unseen.length === 0) return item('secrets', SECRETS, 'pass', `none found; ${looked}`);
  return item(
    'secrets',
    SECRETS,
    'unknown',
    `none found; ${looked}; ${unseen.join('; ')}`,
    'look into those by hand, or take them out of the history',
  );
}

function internalItem({ internal }: Searched, looked: string): Item {
  if (internal.length === 0) return item('internal-names', INTERNAL, 'pass', `none found; ${looked}`);
  const names = internal.slice(0, 10).map(({ name, places, path }) => `${name} (${places} ×, ${path})`);
  return item(
    'internal-names',
    INTERNAL,
    'unknown',
    `a person must look at ${internal.length}: ${names.join(', ')}`,
    "git grep -nE '\\.(internal|corp|intranet|lan|local)\\b|\\b(10|192\\.168)\\.'   # and: git filter-repo --replace-text FILE",
  );
}
