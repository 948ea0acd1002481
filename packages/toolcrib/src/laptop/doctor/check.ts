import type { GuardStatus } from '../api/schema.ts';
import type { Paths } from '../paths.ts';
import type { Person } from '../person-kubeconfig.ts';

/**
 * `guarded`: it was looked at, and goes through the guard. `finding`: something goes round it, or would. `unknown`: it could
 * not be told, and is never taken for guarded. `note`: worth knowing, and neither.
 */
export interface Finding {
  state: 'guarded' | 'finding' | 'unknown' | 'note';
  /** One sentence. */
  text: string;
  /** What a person can do about it. */
  next?: string;
}

/** What the checks look at; the edge is handed in, so that tests can hold it still. */
export interface Patient {
  paths: Paths;
  env: Record<string, string | undefined>;
  home: string;
  platform: NodeJS.Platform;
  /** undefined where it does not answer. */
  guard?: GuardStatus;
  /** The person's clusters over all terminals; undefined where their files can't be read. */
  person?: Person;
}

/** One question that `doctor` asks. A file each in this folder, and a line in the registry. */
export interface Check {
  /** A few words: the heading under which its findings stand. */
  name: string;
  /** Never throws for what it finds; what it can't find out is `unknown`. */
  look(patient: Patient): Promise<Finding[]>;
}
