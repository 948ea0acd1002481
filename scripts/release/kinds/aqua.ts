import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { archiveName, type Kind, ready } from '../kind.ts';

/** https://aquaproj.github.io/docs/reference/registry-config/ */
export const aqua: Kind = {
  name: 'aqua',
  what: 'an entry for aqua’s registry, and a registry of its own until it stands there',
  make({ description, executables, folder }) {
    const { name, short, homepage, downloads, version } = description;
    const [, owner, repository] = new URL(homepage).pathname.split('/');
    const template = (text: string) => text.replaceAll(version, '{{trimV .Version}}');
    const [first] = executables;
    if (first === undefined) throw new Error('there is no executable to describe');
    const file = archiveName(description, first.platform).replace(first.platform.name, '{{.OS}}-{{.Arch}}');
    const registry = {
      packages: [
        {
          type: 'http',
          name: `${owner}/${repository}`,
          description: short,
          link: homepage,
          url: template(`${downloads}/${file}`),
          format: 'tar.gz',
          files: [{ name }],
          replacements: { amd64: 'x64' },
          supported_envs: ready(executables).map(({ platform }) => `${platform.os}/${platform.arch}`),
          checksum: {
            type: 'http',
            url: template(`${downloads}/SHA256SUMS`),
            algorithm: 'sha256',
          },
        },
      ],
    };
    mkdirSync(join(folder, 'aqua'), { recursive: true });
    writeFileSync(join(folder, 'aqua', 'registry.yaml'), stringify(registry, { lineWidth: 0 }));
    return ['aqua/registry.yaml'];
  },
};
