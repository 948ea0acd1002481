import type { Actor } from './actor.ts';
import type { Category, Step } from './types.ts';

type Run = Step['run'];

/** A category of the playbook: its steps by name. */
export function category(name: string, steps: Record<string, Run | { alone: true; run: Run }>): Category {
  return {
    name,
    steps: Object.entries(steps).map(([title, given]) => ({
      id: `${name}/${title}`,
      category: name,
      name: title,
      ...(typeof given === 'function' ? { run: given } : given),
    })),
  };
}

export type { Actor };
