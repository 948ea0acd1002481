/** RFC 1918 and RFC 4193 addresses, and names under the domains that are never public. */
const ADDRESS =
  /\b(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})\b(?![.\d])/g;
const LABEL = '[a-z0-9][a-z0-9-]{0,62}\\.';
const END = '\\b(?![.\\w(-])';
/** `state.local` in code is no host: under these, two labels need a `//` or `@` before them. */
const NAMES = [
  new RegExp(`\\b(?:${LABEL}){1,6}(?:corp|intranet|localdomain|home\\.arpa)${END}`, 'gi'),
  new RegExp(`\\b(?:${LABEL}){2,6}(?:internal|lan|local)${END}`, 'gi'),
  new RegExp(`(?<=//|@)${LABEL}(?:internal|lan|local)${END}`, 'gi'),
];

/** Names and addresses that everybody has (Docker's, Kubernetes' and k3s' defaults): they say nothing of a company. */
const COMMON =
  /(^|\.)cluster\.local$|^host\.docker\.internal$|^host\.minikube\.internal$|^metadata\.google\.internal$|^(www\.)?example\.(local|internal|corp)$|^10\.0\.0\.[01]$|^10\.0\.2\.\d+$|^192\.168\.[01]\.(0|1)$|^172\.17\.0\.\d+$|^10\.0\.0\.0$|^10\.(96|244|42|43)\.\d+\.\d+$|^172\.16\.0\.0$/i;

/** What in a text may name a place inside a company. A person must look: documentation uses such names too. */
export function internalNames(text: string): string[] {
  const found = new Set<string>();
  for (const pattern of [ADDRESS, ...NAMES])
    for (const [name] of text.matchAll(pattern))
      if (!COMMON.test(name) && name.split('.').every((part) => !/^\d+$/.test(part) || Number(part) <= 255))
        found.add(name.toLowerCase());
  return [...found];
}
