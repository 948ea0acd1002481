import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completions, manPages, SHELLS } from '../extras.ts';
import { archiveName, type Kind } from '../kind.ts';
import { gzipped, tarOf } from '../tar.ts';

export const archives: Kind = {
  name: 'archives',
  what: 'a tar.gz for each platform, with licences, completions and man pages: what krew, Homebrew, aqua and mise fetch',
  async make({ root, folder, description, executables, licences, at }) {
    const scripts = completions(root);
    const beside = [
      { name: 'LICENSE', bytes: readFileSync(join(root, 'LICENSE')) },
      { name: 'THIRD-PARTY-LICENSES.txt', bytes: licences },
      ...SHELLS.map((shell) => ({ name: `completions/${description.name}.${shell}`, bytes: scripts[shell] })),
      ...manPages(root, at).map(({ name, text }) => ({ name: `man/${name}`, bytes: text })),
    ];
    const names: string[] = [];
    for (const { platform, file } of executables) {
      const program = { name: description.name, bytes: readFileSync(file), mode: 0o755 };
      const name = archiveName(description, platform);
      writeFileSync(join(folder, name), gzipped(await tarOf([program, ...beside], at)));
      names.push(name);
    }
    return names;
  },
};
