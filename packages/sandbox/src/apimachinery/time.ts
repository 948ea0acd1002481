/** metav1.Time: RFC 3339 in whole seconds. @param ms milliseconds since 1970 */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** metav1.MicroTime: RFC 3339 with six digits. @param ms milliseconds since 1970 */
export function microTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
