export type { ApplyOutcome, Conflict, FieldManager, OwnershipContext } from './ownership.ts';
export { applyConfiguration, managedFieldsAfterUpdate } from './ownership.ts';
