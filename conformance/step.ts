import type { Actor } from './actor.ts';

/** What a step sends, and what it waits for. */
export interface Step {
  /** `category/name`, unique. */
  id: string;
  category: string;
  name: string;
  run(actor: Actor): Promise<void>;
  /** Not beside other steps, since it changes or counts what belongs to the whole cluster. */
  alone?: boolean;
}

export interface Category {
  name: string;
  steps: Step[];
}

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
