import type { Radius, RadiusMember } from '../../model/index.ts';

/**
 * The part of an act's radius that hangs on some of its targets: they themselves and what is reached through them. Each
 * member is in the part of one target alone, also what goes only when several of them do; so the parts of all targets
 * are the whole.
 */
export function partOf(radius: Radius, uids: ReadonlySet<string>): RadiusMember[] {
  const byUid = new Map(radius.members.map((member) => [member.ref.uid, member]));
  const roots = new Map<string | undefined, string | undefined>();
  const rootOf = (member: RadiusMember): string | undefined => {
    const chain: RadiusMember[] = [];
    let at: RadiusMember | undefined = member;
    let root: string | undefined;
    while (at !== undefined) {
      if (roots.has(at.ref.uid)) {
        root = roots.get(at.ref.uid);
        break;
      }
      chain.push(at);
      root = at.via ?? at.ref.uid;
      // What is reached through something that is not in the radius itself hangs on that.
      at =
        at.via === undefined || chain.includes(byUid.get(at.via) as RadiusMember)
          ? undefined
          : byUid.get(at.via);
    }
    for (const one of chain) roots.set(one.ref.uid, root);
    return root;
  };
  const targets = new Set(radius.targets.map(({ uid }) => uid));
  return radius.members.filter((member) => {
    const root = rootOf(member);
    // What hangs on no target is everybody's: kept twice is better than not at all.
    return root === undefined || uids.has(root) || !targets.has(root);
  });
}
