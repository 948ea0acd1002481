import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../kind.ts';

/** Node is most of each, and a quarter of its size once it is packed. */
export const executables: Kind = {
  name: 'executables',
  what: 'the program as one file for each platform, packed with xz: for who wants no package manager',
  make({ executables: all, folder, description }) {
    return all.map(({ platform, file }) => {
      const target = join(folder, `${description.name}-${platform.name}`);
      if (target !== file) copyFileSync(file, target);
      rmSync(`${target}.xz`, { force: true });
      // -6 is a few MB less and takes minutes for each.
      execFileSync('xz', ['--keep', '--threads=0', '-2', target]);
      if (target !== file) rmSync(target);
      return `${description.name}-${platform.name}.xz`;
    });
  },
};
