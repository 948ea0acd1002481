import type { Paths } from './paths.ts';

/** The terminal that asks, as the operating system has it. Handed in, so that tests can hold it still. */
export interface Here {
  paths: Paths;
  env: Record<string, string | undefined>;
  home: string;
  platform: NodeJS.Platform;
}
