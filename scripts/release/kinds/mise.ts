import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveOf, type Kind } from '../kind.ts';

/** https://mise.jdx.dev/dev-tools/backends/http.html */
export const mise: Kind = {
  name: 'mise',
  what: 'the lines for a mise.toml: by the executable, and by npm where Node is at hand',
  make(release) {
    const { description, executables, folder } = release;
    const { name, version } = description;
    const platforms = executables.map(({ platform }) => {
      const { url, sha256 } = archiveOf(release, platform);
      // mise calls macOS so.
      return `${platform.name.replace('darwin', 'macos')} = { url = "${url}", checksum = "sha256:${sha256}" }\n`;
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
