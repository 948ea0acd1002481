// The guard as a process of its own: what `guard start` runs in the background.
import { runGuard } from './guard.ts';

void runGuard();
