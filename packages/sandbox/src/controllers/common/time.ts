export { microTimestamp, timestamp } from '../../apimachinery/time.ts';

/** Milliseconds since 1970, or undefined for what is no time. */
export function timeOf(text: string | undefined | null): number | undefined {
  if (!text) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
