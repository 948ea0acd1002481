import type { Strategy, StrategyOf } from '../store/strategy.ts';

const strategies: Record<string, Strategy> = {};

/** The rules of a built-in kind; kinds without any are plain storage. */
export const strategyOf: StrategyOf = (info) => strategies[`${info.group}/${info.resource}`] ?? {};
