import type { Radius, RadiusMember } from '@toolcrib/model';

/**
 * The part of an act's radius that hangs on some of its targets: they themselves, and whatever may go with them. A member
 * is in the part of *every* target on any way to it, other targets among them, not of its nearest one: nobody knows in
 * which order the requests come, or whether all of them do, and the first of them takes what hangs on it. So whatever
 * goes was in the part of a request that was sent before it went; and the parts of all targets are the whole.
 */
export function partOf(radius: Radius, uids: ReadonlySet<string>): RadiusMember[] {
  const takes = new Map<string, string[]>();
  for (const { ref, via, also = [], owners } of radius.members) {
    const { uid = '' } = ref;
    for (const by of new Set([...(via === undefined ? [] : [via]), ...also, ...owners])) {
      const known = takes.get(by);
      if (known) known.push(uid);
      else takes.set(by, [uid]);
    }
  }
  const own = reached(takes, uids);
  const anybodys = reached(takes, new Set(radius.targets.flatMap(({ uid }) => uid ?? [])));
  // What hangs on no target is everybody's: kept twice is better than not at all.
  return radius.members.filter(({ ref: { uid = '' } }) => own.has(uid) || !anybodys.has(uid));
}

function reached(takes: ReadonlyMap<string, readonly string[]>, from: ReadonlySet<string>): Set<string> {
  const found = new Set(from);
  // A set gives what is added to it while it is gone through.
  for (const uid of found) for (const next of takes.get(uid) ?? []) found.add(next);
  return found;
}

/**
 * The targets that nothing else goes with: of each of these `partOf` is the target alone. UIDs.
 */
export function aloneIn(radius: Radius): Set<string> {
  const targets = new Set(radius.targets.flatMap(({ uid }) => uid ?? []));
  // Whoever else is there hangs on a target, or nobody knows on which.
  if (radius.members.some(({ ref: { uid = '' } }) => !targets.has(uid))) return new Set();
  const takers = new Set(
    radius.members.flatMap(({ via, also = [], owners }) => [
      ...(via === undefined ? [] : [via]),
      ...also,
      ...owners,
    ]),
  );
  const there = new Set(radius.members.flatMap(({ ref: { uid } }) => uid ?? []));
  return new Set([...targets].filter((uid) => there.has(uid) && !takers.has(uid)));
}
