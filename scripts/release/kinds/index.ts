import type { Kind } from '../kind.ts';
import { aqua } from './aqua.ts';
import { archives } from './archives.ts';
import { checksums } from './checksums.ts';
import { deb } from './deb.ts';
import { executables } from './executables.ts';
import { homebrew } from './homebrew.ts';
import { krew } from './krew.ts';
import { mise } from './mise.ts';
import { npm } from './npm.ts';
import { oci } from './oci.ts';
import { provenance } from './provenance.ts';
import { sbom } from './sbom.ts';

/** In the order in which they are made: some name the digests of others, and the last two those of all. */
export const KINDS: readonly Kind[] = [
  executables,
  archives,
  deb,
  oci,
  npm,
  sbom,
  krew,
  homebrew,
  aqua,
  mise,
  provenance,
  checksums,
];
