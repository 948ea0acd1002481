import { sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../kind.ts';

const FILE = 'SHA256SUMS';

export const checksums: Kind = {
  name: 'checksums',
  what: 'SHA256SUMS over all files, as `sha256sum -c` reads it; signed where a key is given (`vet verify --checksums` holds it to that)',
  make({ made, folder, key }) {
    const lines = [...made]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, digest]) => `${digest}  ${name}\n`);
    writeFileSync(join(folder, FILE), lines.join(''));
    if (key === undefined) return [FILE];
    const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signature = sign(algorithm, Buffer.from(lines.join('')), key);
    writeFileSync(join(folder, `${FILE}.sig`), `${signature.toString('base64')}\n`);
    return [FILE, `${FILE}.sig`];
  },
};
