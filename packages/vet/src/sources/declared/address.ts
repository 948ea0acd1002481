/** aqua's own registry as one file (https://github.com/aquaproj/aqua-registry). */
const PUBLIC_REGISTRY = 'https://raw.githubusercontent.com/aquaproj/aqua-registry/main/registry.yaml';

/**
 * Where a release file says that the registry is: `public` (aqua's own), an address, or a file or folder.
 * @param resolve makes a path of a name in the release file
 */
export function registryPlace(said: string, resolve: (path: string) => string): string {
  if (said === 'public') return PUBLIC_REGISTRY;
  return isAddress(said) ? said : resolve(said);
}

/** Whether a registry is to be fetched, and is no file or folder. */
export const isAddress = (place: string) => /^https?:\/\//i.test(place);

/** An address as it may be told to others: without password, and without a query, which may hold a token. */
export function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
