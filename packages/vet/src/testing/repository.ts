import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CommitSpec {
  /** `Name <address>`; bytes for what is no UTF-8. */
  author: string | Buffer;
  /** RFC 3339 or seconds since 1970. */
  at: string | number;
  message?: string;
  files?: Record<string, string | Buffer>;
  /** Index of another commit that this one merges. */
  merges?: number;
}
export interface TagSpec {
  name: string;
  /** Index of the commit; the newest where it is absent. */
  commit?: number;
  /** Makes it annotated. */
  at?: string | number;
  /** Appended to the tag's message. */
  signature?: string;
}

export interface MadeRepository {
  dir: string;
  /** What git prints there. */
  git(...args: string[]): string;
  /** One of its own for who alters it: that takes no git. */
  copy(): MadeRepository;
  remove(): void;
}

const seconds = (at: string | number) => (typeof at === 'number' ? at : Math.floor(Date.parse(at) / 1000));
const data = (bytes: string | Buffer) =>
  Buffer.concat([Buffer.from(`data ${Buffer.byteLength(bytes)}\n`), Buffer.from(bytes), Buffer.from('\n')]);

/** The stream that `git fast-import` makes this history of. */
export function* fastImport(commits: Iterable<CommitSpec>, tags: Iterable<TagSpec> = []): Generator<Buffer> {
  let last = 0;
  for (const { author, at, message = 'Work', files = {}, merges } of commits) {
    last++;
    const who = Buffer.concat([Buffer.from(author), Buffer.from(` ${seconds(at)} +0000\n`)]);
    yield Buffer.from(`commit refs/heads/main\nmark :${last}\nauthor `);
    yield Buffer.concat([who, Buffer.from('committer '), who]);
    yield data(message);
    if (merges !== undefined) yield Buffer.from(`merge :${merges + 1}\n`);
    for (const [path, content] of Object.entries(files)) {
      yield Buffer.from(`M 100644 inline ${JSON.stringify(path)}\n`);
      yield data(content);
    }
    yield Buffer.from('\n');
  }
  for (const { name, commit, at, signature } of tags) {
    const mark = commit === undefined ? last : commit + 1;
    if (at === undefined) yield Buffer.from(`reset refs/tags/${name}\nfrom :${mark}\n\n`);
    else {
      yield Buffer.from(
        `tag ${name}\nfrom :${mark}\ntagger Taggy Tagger <tag@example.org> ${seconds(at)} +0000\n`,
      );
      yield data(`${name}\n${signature ?? ''}`);
    }
  }
  yield Buffer.from('done\n');
}

const git = (args: readonly string[], input?: Buffer) =>
  execFileSync('git', args, {
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).toString();
const newFolder = () => join(mkdtempSync(join(tmpdir(), 'toolcrib-fixture-')), 'fixture.git');

/** A bare repository made of a written history, with the real git. */
export function makeRepository(commits: Iterable<CommitSpec>, tags: Iterable<TagSpec> = []): MadeRepository {
  const dir = newFolder();
  // What `git init --bare` makes, without starting it and without its samples of hooks.
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info', 'hooks'])
    mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(
    join(dir, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
  git(['-C', dir, 'fast-import', '--quiet', '--done'], Buffer.concat([...fastImport(commits, tags)]));
  return madeIn(dir);
}

function madeIn(dir: string): MadeRepository {
  return {
    dir,
    git: (...args: string[]) => git(['-C', dir, ...args]),
    copy: () => {
      const to = newFolder();
      cpSync(dir, to, { recursive: true, preserveTimestamps: true });
      return madeIn(to);
    },
    remove: () => rmSync(join(dir, '..'), { recursive: true, force: true }),
  };
}

/** The form of an ssh signature (PROTOCOL.sshsig) over counted-up bytes: presence is what is looked for, it verifies nothing. */
export const SSH_SIGNATURE = `-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgAAECAwQFBgcICQoLDA0ODxAREhMUFR
YXGBkaGxwdHh8AAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5AAAAQAAB
AgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3OD
k6Ozw9Pj8=
-----END SSH SIGNATURE-----
`;

/** What a well-kept project's repository holds. */
export function goodFiles(licence: string): Record<string, string> {
  return {
    'README.md': '# A tool\n\nIt does one thing.\n',
    LICENSE: licence,
    'SECURITY.md': 'Report to security@example.org. You will have an answer within 14 days.\n',
    'CONTRIBUTING.md': 'npm test\n',
    '.github/CODEOWNERS': '* @team\n',
    '.github/workflows/ci.yml': 'on: push\n',
    'package-lock.json': '{}\n',
    'sbom.cdx.json': '{"bomFormat":"CycloneDX","specVersion":"1.6"}\n',
  };
}

const DAY = 86_400;
/** A moment that the fixtures are judged at. */
export const NOW = Date.parse('2026-03-23T12:00:00Z');

/** Three people over fourteen months, a release every second month, each signed. */
export function goodHistory(licence: string): { commits: CommitSpec[]; tags: TagSpec[] } {
  const people = ['Aiko <aiko@example.org>', 'Ben <ben@example.org>', 'Chris <chris@example.org>'];
  const start = Math.floor(NOW / 1000) - 420 * DAY;
  const commits: CommitSpec[] = [];
  const tags: TagSpec[] = [];
  for (let day = 0; day < 415; day += 5) {
    const number = commits.length;
    const message =
      number === 70
        ? 'Check the length first\n\nCVE-2026-12345'
        : number % 7 === 3
          ? `fix: the width of column ${number}`
          : 'Work on it';
    commits.push({
      author:
        number % 9 === 8
          ? 'dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>'
          : (people[number % 3] ?? ''),
      at: start + day * DAY,
      message,
      files: number === 0 ? goodFiles(licence) : { 'src/main.go': `// ${number}\n` },
    });
    if (number % 12 === 11)
      tags.push({
        name: `v1.${tags.length}.0`,
        commit: number,
        at: start + day * DAY + 3600,
        signature: SSH_SIGNATURE,
      });
  }
  return { commits, tags };
}

/** SPDX's own text of a licence. */
export async function licenceText(id: string): Promise<string> {
  const { createRequire } = await import('node:module');
  return (createRequire(import.meta.url)(`spdx-license-list/licenses/${id}.json`) as { licenseText: string })
    .licenseText;
}
