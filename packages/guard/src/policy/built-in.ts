import type { DecisionVerb } from '@toolcrib/model';

export interface RuleText {
  name: string;
  when: string;
  then: DecisionVerb;
  /** One clause for a person, after a colon. */
  reason?: string;
}

/**
 * What is in force besides a person's own rules, in this order: what is held first, what is only warned of last. Each is
 * taken away by its name (`disable`) and in no other way. docs/guard.md says why each is as it is.
 */
export const builtInRules: readonly (RuleText & { reason: string })[] = [
  {
    name: 'data-loss',
    when: 'radius.volumesLost > 0',
    then: 'hold',
    reason: 'the data of a volume would be gone for good',
  },
  {
    name: 'replaced',
    when: 'caller.command == "kubectl replace" && !caller.agent && effect.verb == "delete" && !(effect.resource in ["namespaces", "nodes", "customresourcedefinitions"]) && radius.claims == 0 && radius.state == "complete"',
    then: 'warn',
    reason: 'the same command makes it again, and its Pods start anew',
  },
  {
    name: 'all-come-back',
    when: 'act.all && !caller.agent && effect.verb == "delete" && effect.group == "" && effect.resource == "pods" && radius.podsNotReplaced == 0 && radius.state == "complete"',
    then: 'warn',
    reason: 'every Pod here starts anew at once; each is made again',
  },
  {
    name: 'outage',
    when: 'radius.workloadsLeftWithoutPods > 0',
    then: 'hold',
    reason: 'a workload would be left without Pods',
  },
  {
    name: 'traffic',
    when: 'radius.servicesCut > 0',
    then: 'hold',
    reason: 'running Pods could not be reached by their Service or Ingress any more',
  },
  {
    name: 'node',
    when: 'radius.podsOnNodes > 0',
    then: 'hold',
    reason: 'Pods run on the Node that goes, and nothing has drained it',
  },
  {
    name: 'quorum',
    when: 'radius.setsBelowHalf > 0',
    then: 'hold',
    reason: 'fewer than half of the Pods of a StatefulSet would be left',
  },
  {
    name: 'forced',
    when: 'effect.resource == "pods" && effect.gracePeriodSeconds == 0 && radius.statefulPods > 0',
    then: 'hold',
    reason: 'by force another Pod of a StatefulSet may run under a name whose first one has not stopped',
  },
  {
    name: 'account-in-use',
    when: 'effect.group == "" && effect.resource == "serviceaccounts" && radius.usedByPods > 0',
    then: 'hold',
    reason:
      'running Pods would lose their tokens, and a ServiceAccount that is made again gives them no new ones',
  },
  {
    name: 'many',
    when: 'effect.verb == "delete" && act.expected > 10 && radius.podsNotReplaced > 0',
    then: 'hold',
    reason: 'many objects at once, and Pods among them that nothing replaces',
  },
  {
    name: 'not-understood',
    when: 'radius.state != "complete" && effect.verb != "evict"',
    then: 'hold',
    reason: 'not everything it would hit could be seen, or others decide what else goes',
  },
  {
    name: 'system-rights',
    when: 'effect.group == "rbac.authorization.k8s.io" && (effect.name.startsWith("system:") || effect.name in ["cluster-admin", "admin", "edit", "view"])',
    then: 'hold',
    reason: 'Kubernetes itself works by these rights, and who loses them may not bring them back',
  },
  {
    name: 'rights',
    when: 'effect.group == "rbac.authorization.k8s.io"',
    then: 'warn',
    reason: 'whoever works by these rights loses them at once',
  },
  {
    name: 'in-use',
    when: 'radius.usedByPods > 0',
    then: 'warn',
    reason: 'running Pods use it, and would not start again without it',
  },
  {
    name: 'bare-pod',
    when: 'effect.resource == "pods" && radius.podsNotReplaced > 0',
    then: 'warn',
    reason: 'no controller makes it again',
  },
  {
    name: 'schedule',
    when: 'effect.group == "batch" && effect.resource == "cronjobs"',
    then: 'warn',
    reason: 'what it runs by the clock is not run any more',
  },
  {
    name: 'limits',
    when: 'effect.group == "" && effect.resource in ["resourcequotas", "limitranges"]',
    then: 'warn',
    reason: 'what it limits is without a limit',
  },
];
