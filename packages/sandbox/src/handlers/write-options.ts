import type { FieldFault } from '../apimachinery/api-error.ts';
import { boolParam } from '../request/params.ts';
import { forbiddenField, invalid, required, unsupported } from './faults.ts';

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** The rules of CreateOptions, UpdateOptions and PatchOptions in a query. @throws ApiError 422 */
export function checkWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): void {
  const faults: FieldFault[] = [];
  if (kind === 'PatchOptions') {
    if (!isApply && boolParam(query, 'force') !== undefined) {
      faults.push(forbiddenField('force', 'may not be specified for non-apply patch'));
    }
    if (isApply && !query.get('fieldManager'))
      faults.push(required('fieldManager', 'is required for apply patch'));
  }
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) {
    faults.push({
      type: 'FieldValueTooLong',
      field: 'fieldManager',
      body: 'Too long: may not be more than 128 bytes',
    });
  }
  faults.push(...dryRunFaults(query.getAll('dryRun')));
  const validation = query.get('fieldValidation') ?? '';
  if (!VALIDATIONS.includes(validation)) faults.push(unsupported('fieldValidation', validation, VALIDATIONS));
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', faults);
}

/** `All` is the only way to run dry. */
export function dryRunFaults(values: string[]): FieldFault[] {
  if (values.every((value) => value === 'All')) return [];
  const list = `[${values.map((value) => JSON.stringify(value)).join(',')}]`;
  return [
    {
      type: 'FieldValueNotSupported',
      field: 'dryRun',
      body: `Unsupported value: ${list}: supported values: "All"`,
    },
  ];
}
