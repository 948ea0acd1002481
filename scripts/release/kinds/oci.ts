import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kind, type Release, sha256 } from '../kind.ts';
import { type Entry, gzipped, tarOf } from '../tar.ts';

/** Beneath the program: what Node is linked with, who vouches for servers, and time zones. Nothing that could be a shell. */
const BASE = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'gcc-12-base', 'ca-certificates', 'tzdata'];
/** As distroless images have it. */
const NOBODY = 65532;

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export const oci: Kind = {
  name: 'oci',
  what: 'an image for linux/amd64 as an OCI layout in a tar: `skopeo copy oci-archive:FILE docker://…`, `podman load -i FILE`',
  async make(release) {
    const { description, executables, folder, at } = release;
    const own = executables.find(({ platform }) => platform.name === 'linux-x64');
    if (own === undefined) return [];
    const blobs = new Map<string, Buffer>();
    const put = (bytes: Buffer, mediaType: string) => {
      const digest = sha256(bytes);
      blobs.set(digest, bytes);
      return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
    };
    const layers = [await tarOf(baseFiles(), at), await tarOf(programFiles(release, own.file), at)];
    const config = {
      created: at.toISOString(),
      architecture: own.platform.arch,
      os: own.platform.os,
      config: {
        User: `${NOBODY}:${NOBODY}`,
        Env: ['PATH=/usr/bin', 'HOME=/home/toolcrib', 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'],
        Entrypoint: [`/usr/bin/${description.name}`],
        WorkingDir: '/home/toolcrib',
        Labels: annotations(release),
      },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
      history: ['packages of Debian', description.name].map((by) => ({
        created: at.toISOString(),
        created_by: by,
      })),
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: put(json(config), 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((layer) => put(gzipped(layer), 'application/vnd.oci.image.layer.v1.tar+gzip')),
      annotations: annotations(release),
    };
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          ...put(json(manifest), manifest.mediaType),
          platform: { architecture: own.platform.arch, os: own.platform.os },
          annotations: { 'org.opencontainers.image.ref.name': description.version },
        },
      ],
    };
    const layout: Entry[] = [
      { name: 'oci-layout', bytes: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
      { name: 'index.json', bytes: json(index) },
      { name: 'blobs/' },
      { name: 'blobs/sha256/' },
      ...[...blobs].map(([digest, bytes]) => ({ name: `blobs/sha256/${digest}`, bytes })),
    ];
    const file = `${description.name}-${description.version}-image.tar`;
    writeFileSync(join(folder, file), await tarOf(layout, at));
    return [file];
  },
};

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function annotations({ description, at }: Release): Record<string, string> {
  return {
    'org.opencontainers.image.title': description.name,
    'org.opencontainers.image.version': description.version,
    'org.opencontainers.image.description': description.summary,
    'org.opencontainers.image.licenses': description.licence,
    'org.opencontainers.image.source': description.homepage,
    'org.opencontainers.image.created': at.toISOString(),
  };
}

function programFiles({ root, description, licences }: Release, program: string): Entry[] {
  const doc = `usr/share/doc/${description.name}/`;
  return [
    {
      name: 'etc/passwd',
      bytes: `root:x:0:0:root:/root:/sbin/nologin\ntoolcrib:x:${NOBODY}:${NOBODY}::/home/toolcrib:/sbin/nologin\n`,
    },
    { name: 'home/' },
    { name: 'home/toolcrib/', mode: 0o700, owner: NOBODY },
    { name: 'tmp/', mode: 0o1777 },
    { name: `usr/bin/${description.name}`, bytes: readFileSync(program), mode: 0o755 },
    { name: doc },
    { name: `${doc}LICENSE`, bytes: readFileSync(join(root, 'LICENSE')) },
    { name: `${doc}THIRD-PARTY-LICENSES.txt`, bytes: licences },
  ];
}

/**
 * The files of Debian's packages, by the package lists of this machine; their versions are told as Debian tells them (`var/lib/dpkg/
 * status.d`), so that a scanner finds them.
 */
function baseFiles(): Entry[] {
  const work = mkdtempSync(join(tmpdir(), 'toolcrib-image-'));
  try {
    // apt downloads as nobody.
    chmodSync(work, 0o777);
    execFileSync('apt-get', ['download', '-qq', ...BASE], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const tree = join(work, 'tree');
    mkdirSync(join(tree, 'var/lib/dpkg/status.d'), { recursive: true });
    for (const file of readdirSync(work)
      .filter((name) => name.endsWith('.deb'))
      .sort()) {
      execFileSync('dpkg-deb', ['--extract', join(work, file), tree]);
      const control = execFileSync('dpkg-deb', ['--field', join(work, file)], { encoding: 'utf8' });
      writeFileSync(join(tree, 'var/lib/dpkg/status.d', file.split('_')[0] ?? file), control);
    }
    for (const part of ['usr/share/man', 'usr/share/lintian', 'usr/sbin', 'usr/share/bug'])
      rmSync(join(tree, part), { recursive: true, force: true });
    certificates(tree);
    return entriesOf(tree);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Debian puts this file together when it installs the package. */
function certificates(tree: string): void {
  const folder = join(tree, 'usr/share/ca-certificates/mozilla');
  const all = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  mkdirSync(join(tree, 'etc/ssl/certs'), { recursive: true });
  writeFileSync(join(tree, 'etc/ssl/certs/ca-certificates.crt'), all.join(''));
}

function entriesOf(tree: string, under = ''): Entry[] {
  return readdirSync(join(tree, under))
    .sort()
    .flatMap((name): Entry[] => {
      const path = under === '' ? name : `${under}/${name}`;
      const file = join(tree, path);
      const found = lstatSync(file);
      if (found.isSymbolicLink()) return [{ name: path, link: readlinkSync(file), mode: 0o777 }];
      if (found.isDirectory()) return [{ name: `${path}/` }, ...entriesOf(tree, path)];
      return [{ name: path, bytes: readFileSync(file), mode: statSync(file).mode & 0o755 }];
    });
}
