import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { secretOf } from '../laptop/api/socket.ts';
import type { Paths } from '../laptop/paths.ts';

/** Every path that toolcrib itself may have made, but for the journal and what other programs wrote into ours. */
export function ownFiles(paths: Paths): string[] {
  return [
    paths.kubeconfig,
    paths.terminals,
    join(paths.state, 'apps'),
    paths.sources,
    `${paths.sources}.lock`,
    paths.door,
    `${paths.door}.lock`,
    paths.socket,
    secretOf(paths.socket),
    paths.runs,
    paths.pid,
    paths.lastGuard,
    paths.lock,
    paths.startLock,
    paths.syncLock,
    paths.failure,
    paths.setup,
    paths.log,
    `${paths.log}.1`,
  ];
}

/** Paths that begin so. */
export function siblings(path: string): string[] {
  const [folder, name] = path.endsWith('/') ? [path, ''] : [dirname(path), basename(path)];
  try {
    return readdirSync(folder).flatMap((one) => (one.startsWith(name) ? [join(folder, one)] : []));
  } catch {
    return [];
  }
}
