import type { Journal } from '@toolcrib/model';
import { read } from './forms.ts';
import type { Store } from './parts.ts';
import { conditions } from './reading.ts';

/** What `contextNameOf` says of a label: without its mark. */
const NAME_OF_CONTEXT = `CASE WHEN context GLOB '?*~${'[0-9a-f]'.repeat(8)}' THEN substr(context, 1, length(context) - 9) ELSE context END`;

/** Of two that began at the same moment the one that was written first is the older. */
const OLDER = '(started_at, rowid) < (SELECT started_at, rowid FROM acts WHERE id = ?)';

/** Acts, and their undos. */
export function actsIn({
  database,
  rows,
  records,
}: Store): Pick<Journal, 'saveAct' | 'act' | 'acts' | 'saveUndo' | 'undos'> {
  return {
    async saveAct(act) {
      await database.write((run) => rows.act(run, act));
    },
    async act(id) {
      const row = database.get('SELECT id, body FROM acts WHERE id = ?', id);
      return row && read('act', row, database.file);
    },
    async acts(query = {}, leftOut, damaged) {
      const { where, values } = conditions({
        'context =': query.context,
        [`${NAME_OF_CONTEXT} =`]: query.contextName,
        'last_at >=': query.since,
      });
      const { before } = query;
      const older = before === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} ${OLDER}`;
      const sql = `SELECT id, body FROM acts ${where} ${older} ORDER BY started_at DESC, rowid DESC LIMIT ?`;
      const asked = before === undefined ? values : [...values, before];
      return records('act', database.all(sql, ...asked, query.limit ?? -1), leftOut, false, damaged);
    },
    async saveUndo(undo) {
      await database.write((run) => rows.undo(run, undo));
    },
    async undos(actId, leftOut, damaged) {
      const sql = 'SELECT id, act_id, body FROM undos WHERE act_id = ? ORDER BY at, rowid';
      return records('undo', database.all(sql, actId), leftOut, true, damaged);
    },
  };
}
