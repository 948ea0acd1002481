/**
 * Processor time of this process so far, in milliseconds. What must not take long is held against this and not against
 * a clock: how long other programs kept it waiting says nothing of it.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
