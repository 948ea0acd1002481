/** The `reason` of the Status that a failed store call carries, or undefined for any other error. */
function reasonOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, reason } = error as { status?: unknown; reason?: unknown };
  if (typeof status === 'object' && status !== null && 'reason' in status) return String(status.reason);
  return typeof reason === 'string' ? reason : undefined;
}

export const isNotFound = (error: unknown): boolean => reasonOf(error) === 'NotFound';
export const isConflict = (error: unknown): boolean => reasonOf(error) === 'Conflict';
export const isAlreadyExists = (error: unknown): boolean => reasonOf(error) === 'AlreadyExists';

/** True where a create was refused because its namespace is going: nothing to retry, nothing to report. */
export function isNamespaceTerminating(error: unknown): boolean {
  const status = (error as { status?: { details?: { causes?: { reason?: string }[] } } }).status;
  return status?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs `act`; an object that has gone meanwhile is not an error for a controller. */
export function ignoreNotFound<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
