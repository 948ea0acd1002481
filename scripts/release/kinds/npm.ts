import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGES } from '../../packages.ts';
import type { Kind } from '../kind.ts';

/** `npm pack` itself refuses what was not built (scripts/shrinkwrap.ts). */
export const npm: Kind = {
  name: 'npm',
  what: 'a pack of each package, as `npm publish FILE` takes it',
  make({ root, folder }) {
    return PACKAGES.map((name) => {
      const [pack] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
          cwd: join(root, 'packages', name),
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        }).replace(/^[^[]*/, ''),
      ) as { filename: string }[];
      if (!pack) throw new Error(`npm pack gave nothing for ${name}`);
      return pack.filename;
    });
  },
};
