import type { Mode } from '@toolcrib/model';

/** Programs whose clusters live on the machine of whoever made them, by how they name their contexts. */
const LOCAL =
  /^(?:kind-.+|minikube|docker-desktop|docker-for-desktop|rancher-desktop|orbstack|colima.*|k3d-.+|microk8s)$/i;
/** What people call what must not break, as a word of its own within a name. */
const LIVE = /(?:^|[^a-z])(prod|prd|production|live)(?:[^a-z]|$)/i;
/** A name may say both: what comes before production is not it. */
const NOT_YET = /(?:^|[^a-z])(?:non|pre|not|no)[^a-z]*(?:prod|prd|production|live)(?:[^a-z]|$)/i;

/** The mode for a context of which nothing but its name is known, and why that one. */
export function proposedMode(context: string): { mode: Mode; why: string } {
  if (LOCAL.test(context)) return { mode: 'observe', why: 'a cluster on this machine' };
  const word = LIVE.exec(context)?.[1];
  if (word !== undefined && !NOT_YET.test(context))
    return { mode: 'enforce', why: `its name says “${word}”` };
  return { mode: 'observe', why: 'nothing is stopped until you know it' };
}
