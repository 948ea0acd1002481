/** One fact as it was found: kept so that a second person can check it again. */
export interface Evidence<Value = unknown> {
  id: string;
  /** What it speaks of: a purl, with version where the fact is of one version. */
  subject: string;
  /** Which source found it (`git`, `npm`, `osv-file` …), where it looked, and what prints the bytes of `sha256` again. */
  source: { kind: string; location: string; command?: string };
  /** RFC 3339. */
  collectedAt: string;
  /** Over the bytes the fact was read from, lower-case hex; absent only where there are no bytes (then `value` is hashed). */
  sha256: string;
  /** What kind of fact this is; decides the shape of `value`. */
  type: string;
  value: Value;
}
