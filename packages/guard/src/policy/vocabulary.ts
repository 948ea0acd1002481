import { NOTHING_COUNTED } from '@toolcrib/model/radius';
import type { RuleVocabulary } from '@toolcrib/model/rule';

/** What a rule can see. docs/guard.md explains each. */
export const ruleVocabulary = {
  radius: [
    'state',
    'objects',
    'pods',
    'podsNotReplaced',
    'workloads',
    'workloadsLeftWithoutPods',
    'claims',
    'volumesLost',
    'servicesCut',
    'podsOnNodes',
    'usedByPods',
    'setsBelowHalf',
    'statefulPods',
  ],
  effect: ['verb', 'group', 'resource', 'namespace', 'name', 'propagation', 'gracePeriodSeconds', 'replicas'],
  act: ['soFar', 'expected', 'all'],
  caller: ['person', 'tool', 'userAgent', 'command', 'agent'],
  context: null,
} as const satisfies RuleVocabulary;

/** The values behind {@link ruleVocabulary}; -1 and '' stand for what the request does not say. */
export interface Facts {
  radius: Record<(typeof ruleVocabulary)['radius'][number], string | number>;
  effect: Record<(typeof ruleVocabulary)['effect'][number], string | number>;
  act: { soFar: number; expected: number; all: boolean };
  caller: Record<(typeof ruleVocabulary)['caller'][number], string | boolean>;
  context: string;
  [name: string]: unknown;
}

/** Any facts: a rule that gives no true or false for them would hold everything later. */
export const sampleFacts = {
  radius: { ...NOTHING_COUNTED, state: 'complete', objects: 1 },
  effect: {
    verb: 'delete',
    group: '',
    resource: 'pods',
    namespace: 'default',
    name: 'web-0',
    propagation: 'Background',
    gracePeriodSeconds: -1,
    replicas: -1,
  },
  act: { soFar: 1, expected: 1, all: false },
  caller: { person: 'aiko', tool: '', userAgent: '', command: '', agent: false },
  context: 'prod',
} satisfies Facts;
