/** A tool of the team, identified by its package URL (https://github.com/package-url/purl-spec). */
export interface Tool {
  /** Without version: `pkg:github/derailed/k9s`. */
  purl: string;
  name: string;
}

/** One version of a tool; `digests` are over the executable's bytes, lower-case hex by algorithm (`sha256`). */
export interface ToolVersion {
  tool: Tool;
  version: string;
  digests: Record<string, string>;
}
