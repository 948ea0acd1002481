import type { FieldFault } from '../apimachinery/api-error.ts';
import { invalid } from '../apimachinery/api-error.ts';
import { boolParam } from '../request/params.ts';
import { forbiddenField, unsupported } from '../store/meta-rules.ts';

/** The rules between `resourceVersion`, `resourceVersionMatch`, `continue` and `sendInitialEvents`. @throws ApiError 422 */
export function checkListOptions(query: URLSearchParams, watch: boolean): void {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const initialEvents = boolParam(query, 'sendInitialEvents');
  const faults: FieldFault[] = [];
  if (watch || initialEvents !== undefined) {
    if (initialEvents !== undefined && !watch) {
      faults.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
    } else if (initialEvents !== undefined && match === '') {
      faults.push(
        forbiddenField(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
    } else if (match !== '' && initialEvents === undefined) {
      faults.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    } else if (match !== '' && match !== 'NotOlderThan') {
      faults.push(unsupported('resourceVersionMatch', match, ['NotOlderThan']));
    }
  } else if (match !== '') {
    if (version === '') {
      faults.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      );
    }
    if (query.get('continue')) {
      faults.push(
        forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
      );
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      faults.push(unsupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && version === '0') {
      faults.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
    }
  }
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
}
