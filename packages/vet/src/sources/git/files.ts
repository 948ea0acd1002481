import { createHash } from 'node:crypto';
import { sha256 } from '../../facts/fact.ts';
import type { FactValue } from '../../facts/index.ts';
import { recogniseLicence } from '../licence.ts';
import { declaredLicence, endOfLife, hasContact, isPolicy, sbomFormat, timeframes } from './documents.ts';
import { readObjects } from './objects.ts';
import { kindOf, type PathKind } from './paths.ts';
import { records } from './records.ts';
import type { Repository } from './repository.ts';
import { GitFailure } from './run-git.ts';

/** A few trees that name each other make billions of paths; no tool has half a million files. */
const PATH_LIMIT = 500_000;
const EACH_LIMIT = 50;
const SBOMS_LOOKED = 5;
const SBOM_LIMIT = 16 * 1024 * 1024;

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
      security: read('security', (path, text, hash) =>
        hash === null || isPolicy(path, text)
          ? [{ path, sha256: hash, contact: hasContact(text), timeframes: timeframes(text) }]
          : [],
      ).flat(),
      readme: readme ?? null,
      contributing: names('contributing'),
      codeowners: names('codeowners'),
      sboms: await readSboms(repository, paths('sbom')),
      lockFiles: names('lockFile'),
      ci: names('ci'),
    },
  };
}

type Entry = { path: string; id: string; kind: PathKind };

/** SBOMs are larger than other texts: one after the other, until one is what its name says. */
async function readSboms(
  repository: Repository,
  entries: readonly Entry[],
): Promise<FactValue<'git.files'>['sboms']> {
  const found: FactValue<'git.files'>['sboms'] = [];
  for (const { path, id } of entries.slice(0, SBOMS_LOOKED)) {
    const bytes = (await readObjects(repository, [id], SBOM_LIMIT)).get(id)?.bytes ?? null;
    const format = bytes === null ? null : sbomFormat(bytes.toString('utf8'));
    found.push({ path, sha256: bytes === null ? null : sha256(bytes), format });
    if (format !== null) break;
  }
  return found;
}

/** The README of the main branch: only the top folder is listed. */
export async function readMain(
  repository: Repository,
  commit: string,
): Promise<{ value: FactValue<'git.main'>; sha256: string }> {
  const listing = await repository.text(['ls-tree', '-z', '--full-tree', commit]);
  const entries = listing.split('\0').flatMap((entry) => {
    const [, id, path] = /^100(?:644|755) blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    return id !== undefined && path !== undefined && kindOf(path) === 'readme' ? [{ id, path }] : [];
  });
  const texts = await readObjects(
    repository,
    entries.map(({ id }) => id),
  );
  const readmes = entries.slice(0, EACH_LIMIT).map(({ path, id }) => {
    const bytes = texts.get(id)?.bytes ?? null;
    return {
      path,
      sha256: bytes === null ? null : sha256(bytes),
      endOfLife: bytes === null ? null : endOfLife(bytes.toString('utf8')),
    };
  });
  return { value: { commit, readmes }, sha256: sha256(listing) };
}

type Tree = {
  known: Entry[];
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
