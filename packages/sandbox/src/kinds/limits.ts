import type { Strategy } from '../store/strategy.ts';

/** Container limits: max stands in for the default, the default for the request (core/v1 defaults.go). */
export const limitRangeStrategy: Strategy = {
  generation: 'none',
  setDefaults({ spec }) {
    for (const limit of spec?.limits ?? []) {
      if (limit.type !== 'Container') continue;
      const standard = { ...limit.max, ...limit.default };
      const requests = { ...limit.min, ...standard, ...limit.defaultRequest };
      if (Object.keys(standard).length > 0) limit.default = standard;
      if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
    }
  },
};
