import type { RadiusCounts } from './records/radius.ts';

/** Of a radius in which nothing but its objects is counted. */
export const NOTHING_COUNTED: Omit<RadiusCounts, 'objects'> = {
  pods: 0,
  podsNotReplaced: 0,
  workloads: 0,
  workloadsLeftWithoutPods: 0,
  claims: 0,
  volumesLost: 0,
  servicesCut: 0,
  podsOnNodes: 0,
  usedByPods: 0,
  setsBelowHalf: 0,
  statefulPods: 0,
};

/** What is said of a radius of which nothing but the targets was looked at: its figures say nothing. */
export const EVERYTHING = 'everything';
