import { isOfAct, type Journal } from '@toolcrib/model';
import { read } from './forms.ts';
import type { Store } from './parts.ts';
import { conditions } from './reading.ts';
import { HOLD } from './rows.ts';

/** Holds, and whose they are. */
export function holdsIn({
  database,
  rows,
  records,
  guards,
}: Store): Pick<Journal, 'saveHold' | 'hold' | 'holds' | 'renewLease' | 'endLease' | 'takeOver'> {
  return {
    async saveHold(hold) {
      await database.write((run) => rows.hold(run, hold));
    },
    async hold(code) {
      const row = database.get(`${HOLD} WHERE code = ?`, code);
      return row && read('hold', row, database.file);
    },
    async holds(query = {}, leftOut, damaged) {
      const { where, values } = conditions({ 'state =': query.state, 'context =': query.context });
      const { actId } = query;
      // Other acts' stand in the record alone: any that names this one is read, and then looked at.
      const named =
        actId === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} (act_id = ? OR instr(body, ?) > 0)`;
      const all = actId === undefined ? values : [...values, actId, JSON.stringify(actId)];
      const stored = database.all(`${HOLD} ${where} ${named} ORDER BY created_at, rowid`, ...all);
      const found = records('hold', stored, leftOut, actId !== undefined, damaged);
      return actId === undefined ? found : found.filter((hold) => isOfAct(hold, actId));
    },

    renewLease: (guard, until) => database.write((run) => guards.renew(run, guard, until)),
    async endLease(guard) {
      await database.write((run) => guards.end(run, guard));
    },
    async takeOver(guard, endedBefore) {
      // Mostly nothing waits, and a look writes nothing.
      if (guards.waits(guard, endedBefore))
        await database.write((run) => guards.takeOver(run, guard, endedBefore));
      return guards.inherited(guard);
    },
  };
}
