import { isSea } from 'node:sea';
import { nameText } from '@toolcrib/model';
import { version } from '../version.ts';
import type { Check, Finding, Patient } from './check.ts';
import { foundClients } from './client-version.ts';
import { clusterAnswer } from './cluster-answer.ts';

/** The kubectl that the guard is tried with all the time, and the oldest of which it knows what it sends. */
const TRIED = '1.35';
const OLDEST = '1.20';
/** Kubernetes supports a kubectl that is so many minor versions from its cluster. */
const APART = 1;

/** What is too old, or too far apart. */
export const versions = {
  name: 'versions',
  aside: true,
  ownWords: true,
  async look(patient) {
    return [own(isSea(), process.versions.node), ...(await ofKubectl(patient))];
  },
} satisfies Check;

/** @param alone whether it brings its Node with it */
export function own(alone: boolean, node: string): Finding {
  return {
    state: 'note',
    text: `toolcrib ${version}, ${alone ? 'with a Node of its own' : 'on Node'} ${node}.`,
  };
}

async function ofKubectl(patient: Patient): Promise<Finding[]> {
  const [clients, answer] = await Promise.all([foundClients(patient), clusterAnswer(patient)]);
  const kubectl = clients.find(({ name }) => name === 'kubectl');
  if (!kubectl) return [];
  if (kubectl.said === undefined)
    return [{ state: 'unknown', text: `The version of kubectl is not known: ${kubectl.why}.` }];
  const cluster = 'why' in answer ? undefined : answer;
  return judged(kubectl.said, cluster?.version, cluster ? nameText(cluster.context) : 'the cluster');
}

/**
 * @param kubectl `1.35.2`
 * @param cluster `v1.35.2`; undefined where it is not known
 */
export function judged(kubectl: string, cluster: string | undefined, name: string): Finding[] {
  const found: Finding[] = [];
  const client = minor(kubectl);
  if (client < minor(OLDEST))
    found.push({
      state: 'note',
      text: `kubectl ${kubectl} is older than any that the guard was tried with (${OLDEST} to ${TRIED}): each object may be asked about by itself.`,
      next: 'Take a newer kubectl.',
    });
  if (cluster === undefined)
    return [
      ...found,
      { state: 'unknown', text: `Whether kubectl ${kubectl} fits ${name} is not known: it told no version.` },
    ];
  const apart = Math.abs(client - minor(cluster));
  found.push(
    apart > APART
      ? {
          state: 'note',
          text: `kubectl ${kubectl} and ${name} (${cluster}) are ${apart} minor versions apart; Kubernetes supports ${APART}.`,
          next: `Take a kubectl of ${cluster.replace(/^v(\d+\.\d+).*/, '$1')}.`,
        }
      : { state: 'fine', text: `kubectl ${kubectl} fits ${name} (${cluster}).` },
  );
  return found;
}

/** 1.35 is 1035: minor versions in a row. */
function minor(text: string): number {
  const [, major = '0', small = '0'] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(major) * 1000 + Number(small);
}
