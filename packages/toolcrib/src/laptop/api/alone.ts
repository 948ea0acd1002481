import { readFileSync } from 'node:fs';

/**
 * Whether a person is the only one in a group, as the machine's own lists tell: many systems give each person a group of
 * the same name, and let it write what the person's folders hold. A group or a person that these lists don't have comes from
 * elsewhere (LDAP): nobody can tell then who else is in it.
 * @param lists texts of `/etc/passwd` and `/etc/group`; undefined where they can't be read
 */
export function isAlone(
  uid: number | undefined,
  gid: number,
  lists: { passwd: string; group: string } | undefined = read(),
): boolean {
  if (uid === undefined || !lists) return false;
  const people = lines(lists.passwd).map(([name, , id, primary]) => ({ name, id, primary }));
  const own = people.filter(({ id }) => id === String(uid)).map(({ name }) => name);
  const groups = lines(lists.group).filter(([, , id]) => id === String(gid));
  if (own.length === 0 || groups.length === 0) return false;
  const members = groups.flatMap(([, , , names = '']) => names.split(',').filter(Boolean));
  return (
    members.every((name) => own.includes(name)) &&
    people.every(({ id, primary }) => primary !== String(gid) || id === String(uid))
  );
}

function lines(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(':').map((part) => part.trim()));
}

function read(): { passwd: string; group: string } | undefined {
  try {
    return { passwd: readFileSync('/etc/passwd', 'utf8'), group: readFileSync('/etc/group', 'utf8') };
  } catch {
    return undefined;
  }
}
