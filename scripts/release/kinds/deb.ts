import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Description, Platform } from '../description.ts';
import { completions, manPages } from '../extras.ts';
import type { Kind, Release } from '../kind.ts';
import { gzipped } from '../tar.ts';

/** What Node's own builds are linked with. */
const DEPENDS = 'libc6 (>= 2.28), libstdc++6 (>= 9), libgcc-s1, libatomic1';
const PLACE = {
  bash: 'bash-completion/completions/NAME',
  zsh: 'zsh/vendor-completions/_NAME',
  fish: 'fish/vendor_completions.d/NAME.fish',
};

export const deb: Kind = {
  name: 'deb',
  what: 'a Debian package for each Linux: `apt install ./FILE`; with completions and man pages',
  make(release) {
    const linux = release.executables.filter(({ platform }) => platform.os === 'linux');
    return linux.map(({ platform, file }) => packageFor(release, platform, file));
  },
};

function packageFor(release: Release, platform: Platform, program: string): string {
  const { root, description, licences, at } = release;
  const { name, version } = description;
  const work = mkdtempSync(join(tmpdir(), 'toolcrib-deb-'));
  try {
    const put = (path: string, bytes: string | Uint8Array) => {
      mkdirSync(dirname(join(work, path)), { recursive: true, mode: 0o755 });
      writeFileSync(join(work, path), bytes, { mode: 0o644 });
    };
    mkdirSync(join(work, 'usr/bin'), { recursive: true });
    copyFileSync(program, join(work, 'usr/bin', name));
    chmodSync(join(work, 'usr/bin', name), 0o755);
    for (const [shell, script] of Object.entries(completions(root)))
      put(`usr/share/${PLACE[shell as keyof typeof PLACE].replace('NAME', name)}`, script);
    for (const page of manPages(root, at))
      put(`usr/share/man/man${page.name.at(-1)}/${page.name}.gz`, gzipped(Buffer.from(page.text)));
    put(
      `usr/share/doc/${name}/copyright`,
      copyright(description, readFileSync(join(root, 'LICENSE'), 'utf8'), licences),
    );
    put(`usr/share/doc/${name}/changelog.gz`, gzipped(readFileSync(join(root, 'CHANGELOG.md'))));
    put('DEBIAN/control', control(description, platform, Math.ceil(statSync(program).size / 1024)));
    // Whatever the umask was: the folders are everybody's to read.
    execFileSync('chmod', ['-R', 'u=rwX,go=rX', work]);
    const file = `${name}_${version}_${platform.arch}.deb`;
    // gzip: every dpkg reads it, and xz takes a minute for two per cent.
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', work, join(release.folder, file)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(at.getTime() / 1000) },
    });
    return file;
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html */
function control(
  { name, version, summary, maintainer, homepage }: Description,
  { arch }: Platform,
  kib: number,
): string {
  return `Package: ${name}
Version: ${version.replace('-', '~')}
Architecture: ${arch}
Maintainer: ${maintainer}
Installed-Size: ${kib}
Depends: ${DEPENDS}
Suggests: kubectl, git
Section: admin
Priority: optional
Homepage: ${homepage}
Description: ${summary.replace(/^The tool crib for/, 'tool crib for')}
 It stands between any tool and a Kubernetes cluster, knows what a request would
 destroy, keeps that first and can bring it back.
`;
}

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
function copyright({ name, licence, homepage }: Description, own: string, licences: string): string {
  const indented = own
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line}`))
    .join('\n');
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${name}
Source: ${homepage}
Comment: The program contains parts of other packages; their licences follow
 below the line of equals signs.

Files: *
Copyright: the authors of ${name}
License: ${licence}

License: ${licence}
${indented}

${'='.repeat(78)}

${licences}`;
}
