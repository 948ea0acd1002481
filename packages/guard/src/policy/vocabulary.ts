import type { RuleVocabulary } from '@toolcrib/model/rule';
import { NOTHING_COUNTED } from '@toolcrib/model/uncounted-radius';

/** What a rule can see, and what each is: docs/guard.md has its table from here. */
export const ruleWords = {
  radius: {
    state:
      '`complete`, `incomplete` (something that could belong to it was not seen), `opaque` (a foreign finalizer or an operator decides)',
    objects: 'how many objects go',
    pods: 'how many Pods go',
    podsNotReplaced: 'Pods that go and that nothing makes again',
    workloads: 'how many workloads go',
    workloadsLeftWithoutPods:
      'workloads with none of their Pods left, or with no ready one of those that were. Not counted: a Pod that is wanted alone and made again, evictions of what is made again (the cluster has its budgets), and a workload younger than two minutes of which nothing is ready',
    claims: 'how many claims go',
    volumesLost:
      'volumes whose data would be gone for good; generic ephemeral ones go with their Pod by design and do not count',
    servicesCut:
      'Services and Ingresses that go before ready Pods that stay, and Services that lose every Pod for good',
    podsOnNodes: "Pods on Nodes that go, without those of DaemonSets and the Nodes' own",
    usedByPods:
      'ConfigMaps, Secrets, ServiceAccounts and claims that go while running Pods that stay use them',
    setsBelowHalf: 'StatefulSets scaled to less than half of their Pods, and not to 0',
    statefulPods: 'live Pods of StatefulSets that go',
  },
  effect: {
    verb: '`delete`, `evict`, `scale` (also a create that takes over more Pods than it wants), `not-understood`',
    group: "the target's API group; '' for the core one, and where there is no target",
    resource: "the target's kind, as its plural; '' where there is none",
    namespace: "the target's namespace; '' where there is none",
    name: "the target's name; '' where there is none",
    propagation: "as asked; '' where the request does not say",
    gracePeriodSeconds: 'as asked; -1 where the request does not say',
    replicas: 'as asked; -1 where the request does not say',
  },
  act: {
    soFar: 'destructive requests of this act so far',
    expected: 'destructive requests of this act in all, where that can be foreseen',
    all: 'true where its kubectl goes through everything of the kind in the namespace (`--all`, no selector)',
  },
  caller: {
    person: 'the name of who asks',
    tool: 'which tool asks, hashed by `run`: only this is more than a claim',
    userAgent: 'what the client calls itself: a claim',
    command: 'which command of kubectl it says it is: a claim',
    agent: 'true for what an AI agent asks (`run --as agent`)',
  },
  context: 'the kubeconfig context',
} as const;

type Words = typeof ruleWords;
const names = <Group extends object>(group: Group) => Object.keys(group) as (keyof Group & string)[];

/** The names that a rule may use. */
export const ruleVocabulary = {
  radius: names(ruleWords.radius),
  effect: names(ruleWords.effect),
  act: names(ruleWords.act),
  caller: names(ruleWords.caller),
  context: null,
} satisfies Record<keyof Words, unknown> & RuleVocabulary;

/** The values behind {@link ruleWords}; -1 and '' stand for what the request does not say. */
export interface Facts {
  radius: Record<keyof Words['radius'], string | number>;
  effect: Record<keyof Words['effect'], string | number>;
  act: { soFar: number; expected: number; all: boolean };
  caller: Record<keyof Words['caller'], string | boolean>;
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
