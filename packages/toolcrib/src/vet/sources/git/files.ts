import { createHash } from 'node:crypto';
import type { FactValue } from '../../pack/facts/index.ts';
import { sha256 } from '../fact.ts';
import { recogniseLicence } from '../licence.ts';
import { declaredLicence, endOfLife, hasContact, timeframes } from './documents.ts';
import { readObjects } from './objects.ts';
import { kindOf, type PathKind } from './paths.ts';
import { records } from './records.ts';
import { GitFailure, type Repository } from './repository.ts';

/** A few trees that name each other make billions of paths; no tool has half a million files. */
const PATH_LIMIT = 500_000;
const EACH_LIMIT = 50;

/** Files of one commit, as the trees name them: nothing is checked out, and only small text of known names is read. */
export async function readFiles(
  repository: Repository,
  commit: string,
  revision: string,
): Promise<{ value: FactValue<'git.files'>; sha256: string }> {
  const tree = await listTree(repository, commit);
  const paths = (kind: PathKind) => tree.known.filter((entry) => entry.kind === kind);
  const textKinds: PathKind[] = ['licence', 'security', 'readme', 'manifest'];
  const texts = await readObjects(
    repository,
    textKinds.flatMap(paths).map(({ id }) => id),
  );
  /** A file too large to be read is listed all the same, with no hash: it is there, and nothing is known of it. */
  const read = <T>(kind: PathKind, make: (path: string, text: string, hash: string | null) => T): T[] =>
    paths(kind).map(({ path, id }) => {
      const bytes = texts.get(id)?.bytes ?? null;
      return make(path, bytes?.toString('utf8') ?? '', bytes === null ? null : sha256(bytes));
    });
  const names = (kind: PathKind) => paths(kind).map(({ path }) => path);
  const readme = read('readme', (path, text, hash) => ({
    path,
    sha256: hash,
    endOfLife: endOfLife(text),
  }))[0];
  const declared = read('manifest', (path, text, hash) => ({
    path,
    sha256: hash,
    expression: declaredLicence(path, text),
  }));
  return {
    sha256: tree.sha256,
    value: {
      commit,
      revision,
      files: tree.files,
      submodules: tree.submodules,
      licences: read('licence', (path, text, hash) => ({ path, sha256: hash, ...recogniseLicence(text) })),
      declaredLicences: declared.flatMap(({ expression, ...rest }) =>
        expression === undefined ? [] : [{ ...rest, expression }],
      ),
      security: read('security', (path, text, hash) => ({
        path,
        sha256: hash,
        contact: hasContact(text),
        timeframes: timeframes(text),
      })),
      readme: readme ?? null,
      contributing: names('contributing'),
      codeowners: names('codeowners'),
      sboms: names('sbom'),
      lockFiles: names('lockFile'),
      ci: names('ci'),
    },
  };
}

type Tree = {
  known: { path: string; id: string; kind: PathKind }[];
  files: number;
  submodules: number;
  sha256: string;
};

async function listTree(repository: Repository, commit: string): Promise<Tree> {
  const hash = createHash('sha256');
  const tree: Tree = { known: [], files: 0, submodules: 0, sha256: '' };
  const counts = new Map<PathKind, number>();
  for await (const [entry = ''] of records(
    repository.stream(['ls-tree', '-r', '-z', '--full-tree', commit]),
    1,
  )) {
    hash.update(`${entry}\0`);
    const tab = entry.indexOf('\t');
    const [mode, , id = ''] = entry.slice(0, tab).split(' ');
    if (mode === '160000') tree.submodules++;
    else tree.files++;
    if (tree.files > PATH_LIMIT) throw new GitFailure(`the tree names more than ${PATH_LIMIT} files`);
    // A link could name anything; only regular files count.
    if (mode !== '100644' && mode !== '100755') continue;
    const path = entry.slice(tab + 1);
    const kind = path.length <= 500 ? kindOf(path) : undefined;
    const count = kind === undefined ? EACH_LIMIT : (counts.get(kind) ?? 0);
    if (kind === undefined || count >= EACH_LIMIT) continue;
    counts.set(kind, count + 1);
    tree.known.push({ path, id, kind });
  }
  tree.sha256 = hash.digest('hex');
  return tree;
}
