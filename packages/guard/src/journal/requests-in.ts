import type { Journal } from '@toolcrib/model';
import type { Store } from './parts.ts';
import { conditions } from './reading.ts';

/** Requests, and what was kept for them. */
export function requestsIn({
  database,
  rows,
  records,
  snapshots,
}: Store): Pick<Journal, 'saveRequest' | 'requests' | 'keep' | 'together' | 'snapshot' | 'snapshotsOf'> {
  return {
    async saveRequest(request) {
      await database.write((run) => {
        if (request.state === 'kept') snapshots.mustHave(request);
        rows.request(run, request);
      });
    },
    async requests(query, leftOut, damaged) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `SELECT id, act_id, state, body FROM requests ${where} ORDER BY at, rowid`;
      return records('request', database.all(sql, ...values), leftOut, query.actId !== undefined, damaged);
    },
    async keep(snapshot, request) {
      await database.write((run) => snapshots.put(run, [{ snapshot, request }]));
    },
    async together({ act, keep = [], requests = [], forget = [] }) {
      await database.write((run) => {
        if (act) rows.act(run, act);
        snapshots.put(run, keep);
        for (const request of requests) {
          if (request.state === 'kept') snapshots.mustHave(request);
          rows.request(run, request);
        }
        const forgotten = forget.flatMap((id) => rows.takeAhead(run, id) ?? []);
        snapshots.forget(run, forgotten);
      });
    },
    async snapshot(id) {
      return snapshots.get(id);
    },
    async snapshotsOf(actId) {
      return snapshots.of(actId);
    },
  };
}
