export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  [field: string]: unknown;
}

export function conditionOf(
  holder: { conditions?: Condition[] } | undefined,
  type: string,
): Condition | undefined {
  return Array.isArray(holder?.conditions) ? holder.conditions.find((item) => item.type === type) : undefined;
}

/**
 * Puts a condition in, the workload controllers' way: nothing happens while status and reason stay the same, and
 * the transition time moves only with the status. The new one goes to the end of the list.
 */
export function setCondition(holder: { conditions?: Condition[] }, condition: Condition): void {
  const current = conditionOf(holder, condition.type);
  if (current && current.status === condition.status && current.reason === condition.reason) return;
  const keepsTime = current?.status === condition.status && current?.lastTransitionTime !== undefined;
  const next = keepsTime ? { ...condition, lastTransitionTime: current.lastTransitionTime } : condition;
  holder.conditions = [...(holder.conditions ?? []).filter((item) => item.type !== condition.type), next];
}

export function removeCondition(holder: { conditions?: Condition[] }, type: string): void {
  const kept = (holder.conditions ?? []).filter((item) => item.type !== type);
  if (kept.length > 0) holder.conditions = kept;
  else delete holder.conditions;
}
