import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveOf, type Kind, ready } from '../kind.ts';

/** https://mise.jdx.dev/dev-tools/backends/http.html */
export const mise: Kind = {
  name: 'mise',
  what: 'the lines for a mise.toml: by the executable, and by npm where Node is at hand',
  make(release) {
    const { description, executables, folder } = release;
    const { name, version } = description;
    const platforms = ready(executables).map(({ platform }) => {
      const { url, sha256 } = archiveOf(release, platform);
      return `${platform.name} = { url = "${url}", checksum = "sha256:${sha256}" }\n`;
    });
    mkdirSync(join(folder, 'mise'), { recursive: true });
    writeFileSync(
      join(folder, 'mise', 'mise.toml'),
      `# For a mise.toml of yours.
[tools."http:${name}"]
version = "${version}"

[tools."http:${name}".platforms]
${platforms.join('')}
# Or, where Node 24.15 or later is at hand:
# [tools]
# "npm:${name}" = "${version}"
`,
    );
    return ['mise/mise.toml'];
  },
};
