/** Ours, and no secret: a shell that is started behind the guard finds its state, and its way off, by them. */
const HARMLESS = new Set([
  'TOOLCRIB_HOME',
  'TOOLCRIB_KUBECONFIG',
  'TOOLCRIB_KUBECONFIG_THEIRS',
  'TOOLCRIB_KUBECONFIG_WAS',
]);

/**
 * The environment for a program that is not ours: without what is our own business, above all `TOOLCRIB_KEY`, which opens
 * every snapshot. What is not known to be harmless is taken out.
 */
export function childEnvironment(
  env: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^TOOLCRIB_/i.test(name) || HARMLESS.has(name)),
  );
}
