import type { As, Hold } from '@toolcrib/model';

/** A claim is the client's own text. Characters. */
const LONGEST = 40;

/**
 * Who asks, for the person who is to say yes: agent or person, with what, as whom. Only a tool's name that `run` gave it
 * stands by itself; what a client says of itself is told as that.
 */
export function whoAsks({ person, caller, as }: Pick<Hold, 'person' | 'caller' | 'as'>): string {
  const who = caller?.agent ? `an agent of ${person}` : person;
  return plain([who, programOf(caller), asWhom(as)].filter(Boolean).join(', '));
}

/** Claims and names as somebody else: neither a terminal nor a notice with markup may take them for more than text. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069<>&]/g, '?');
}

function programOf(caller: Hold['caller']): string | undefined {
  if (!caller) return undefined;
  const { tool, claim } = caller;
  const named = ({ name, version }: { name: string; version?: string }) =>
    `${name}${version ? ` ${version}` : ''}`.slice(0, LONGEST);
  if (tool) return `with ${named(tool)}`;
  const { name, version, userAgent } = claim;
  if (name) return `calling itself ${named({ name, version })}`;
  return userAgent ? `calling itself ${userAgent.slice(0, LONGEST)}` : 'with no name of its own';
}

/** `Impersonate-*`: the cluster is asked with that person's rights. */
function asWhom(as: As | undefined): string | undefined {
  if (!as) return undefined;
  const { 'impersonate-user': user, 'impersonate-group': group, ...others } = as;
  const [first, ...more] = [group].flat();
  const groups =
    first === undefined ? '' : ` of ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  const extras = Object.keys(others).length > 0 ? ' with more said of him' : '';
  return `as ${[user ?? 'somebody'].flat().join(', ')}${groups}${extras}`;
}
