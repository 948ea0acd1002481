// A guard like any other, with limits of its own: what it does at them is tested, not how long they are.
import { runGuard } from '../guard-main.ts';

await runGuard(JSON.parse(process.env.GUARD_LIMITS ?? '{}'));
