/** One JSON line on standard error: the guard's own log. Never a token, never an object's contents. */
export function log(line: string, detail: Record<string, unknown> = {}): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), msg: line, ...detail })}\n`);
}
