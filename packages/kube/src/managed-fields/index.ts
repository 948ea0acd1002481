export { fieldsAsBefore } from './as-before.ts';
export type { ManagedFields } from './give-back.ts';
export { fieldsGivenBack } from './give-back.ts';
export type { ApplyOutcome, Conflict, FieldManager, OwnershipContext } from './ownership.ts';
export { applyConfiguration, managedFieldsAfterUpdate } from './ownership.ts';
