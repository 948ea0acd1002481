import type { Journal } from '@toolcrib/model';
import type { Store } from './parts.ts';
import { conditions } from './reading.ts';
import { SOFTEN } from './rows.ts';
import { mayBeFinished } from './softening-transitions.ts';

/** Softened deletes. */
export function softeningsIn({
  database,
  rows,
  records,
}: Store): Pick<Journal, 'saveSoften' | 'askUndo' | 'softenings'> {
  return {
    async saveSoften(soften, by) {
      await database.write((run) => rows.softening(run, soften, by));
    },
    async askUndo(actId, at) {
      return database.write((run) => {
        const stored = database.all(`${SOFTEN} WHERE act_id = ?`, actId);
        const open = records('softening', stored).filter(mayBeFinished);
        return open.map((one) => {
          const asked = { ...one, undoAsked: one.undoAsked ?? at };
          rows.softening(run, asked, 'person');
          return asked;
        });
      });
    },
    async softenings(query = {}, leftOut, damaged) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `${SOFTEN} ${where} ORDER BY finish_after, rowid`;
      return records('softening', database.all(sql, ...values), leftOut, query.actId !== undefined, damaged);
    },
  };
}
