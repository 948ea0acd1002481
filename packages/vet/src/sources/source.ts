import type { Gap, Subject } from '../facts/evidence.ts';
import type { Fact } from '../facts/fact.ts';
import type { FactType } from '../facts/index.ts';

/** What to look at: the subject, and every place the person named for it. */
export interface Target {
  /** As the person typed it. */
  spec: string;
  subject: Subject;
  /** A repository on this disk (a clone, bare or not), and the revision of the chosen version in it, if one was named. */
  git?: {
    dir: string;
    revision?: string;
    /** What to name as the place instead, where `dir` is a clone that lasts only for this run. */
    shownAs?: string;
    /**
     * Read the repository as it stood then; absent: as it stands now. For checking a pack again. Tags dated after
     * `moment` are passed over, but for those that the pack names.
     */
    at?: { ref: string; commit: string; moment: number; tags: ReadonlySet<string> };
  };
  npm?: { name: string; version?: string };
  /** JSON (or XML) files or folders given with `--file`: OSV, Scorecard, deps.dev, SBOM … */
  files: string[];
  /**
   * Those of `files` that nobody here named, each with the real path of the folder that it must not reach out of: what
   * such a file names elsewhere is not opened, and nothing is fetched for it.
   */
  unasked?: ReadonlyMap<string, string>;
}

/** Everything a source needs of the world around it; held still in tests. */
export interface SourceContext {
  /** Milliseconds since 1970. */
  now(): number;
  /** Base address of the npm registry; absent: whatever the person's own npm is set to. */
  registry?: string;
  /** Nothing is to be fetched; what would have to be becomes a gap. */
  offline?: boolean;
  signal?: AbortSignal;
  /** Told now and then what is going on; never needed for the result. */
  progress?(text: string): void;
}

export interface Collected {
  facts: Fact[];
  gaps: Gap[];
}

/**
 * A source of evidence. `collect` never executes anything of the subject and never throws for what the subject is
 * made of: what can't be read becomes a gap with its reason. It throws `ToolcribError` only for what the *person*
 * got wrong (no such folder, no such revision, a file that is no JSON).
 */
export interface Source {
  /** Also the `source.kind` of its facts. */
  kind: string;
  /** The types of fact it can make. */
  makes: readonly FactType[];
  appliesTo(target: Target): boolean;
  collect(target: Target, context: SourceContext): Promise<Collected>;
}
