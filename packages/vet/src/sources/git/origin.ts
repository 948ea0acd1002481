import { PackageURL } from 'packageurl-js';

/** purl type → the host whose repositories it names. */
const HOSTS: Record<string, string> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
  bitbucket: 'bitbucket.org',
};

/**
 * Why a clone is not the tool it was given for: its origin is another repository of the same host. null: nothing speaks
 * against it. A mirror elsewhere, a folder or no origin contradicts nothing, and none of them proves anything.
 *
 * @param origin an address as `git remote get-url` prints it
 */
export function originContradicts(purl: string, origin: string | undefined): string | null {
  const { type, namespace, name } = PackageURL.fromString(purl);
  const host = HOSTS[type];
  const own = `${[namespace, name].filter(Boolean).join('/')}`.toLowerCase();
  const found =
    /^(?:[a-z+]{1,10}:\/\/)?(?:[^@/\s]{1,200}@)?([\w.-]{1,200})(?::\d{1,5})?[:/]+([^\s?#]{1,500})$/i.exec(
      (origin ?? '').slice(0, 1000),
    );
  if (host === undefined || found?.[1]?.toLowerCase() !== host) return null;
  const there = (found[2] ?? '')
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  if (there === own) return null;
  return `the clone is of ${host}/${there}, as its origin says, and not of ${host}/${own} (if it has moved: git remote set-url origin)`;
}
