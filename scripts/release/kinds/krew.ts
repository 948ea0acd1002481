import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { archiveOf, type Kind, ready } from '../kind.ts';

/** https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ */
export const krew: Kind = {
  name: 'krew',
  what: 'the manifest for krew’s index: `kubectl krew install toolcrib`, then `kubectl toolcrib …`',
  make(release) {
    const { description, executables, folder } = release;
    const { name, version, homepage, short, summary } = description;
    const manifest = {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name },
      spec: {
        version: `v${version}`,
        homepage,
        shortDescription: short,
        description: `${summary}.\n\nEverything that "toolcrib" does, "kubectl ${name}" does.\n`,
        caveats: `eval "$(kubectl ${name} on)" puts the guard before this terminal's tools;\neval "$(kubectl ${name} off)" takes it away.\nWhere something says toolcrib, type kubectl ${name}; or: alias ${name}='kubectl ${name}'\n`,
        platforms: ready(executables).map(({ platform }) => {
          const { url, sha256 } = archiveOf(release, platform);
          return {
            selector: { matchLabels: { os: platform.os, arch: platform.arch } },
            uri: url,
            sha256,
            bin: name,
            files: [name, 'LICENSE', 'THIRD-PARTY-LICENSES.txt'].map((file) => ({ from: file, to: '.' })),
          };
        }),
      },
    };
    mkdirSync(join(folder, 'krew'), { recursive: true });
    writeFileSync(join(folder, 'krew', `${name}.yaml`), stringify(manifest, { lineWidth: 0 }));
    return [`krew/${name}.yaml`];
  },
};
