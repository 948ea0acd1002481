// Step: door
/** One step of the way of a request. */
interface StepOfTheWay {
  does: string;
  /** Folders and files beside `way/` that do it. A file of `way/` says by itself at which step it stands: `// Step: door`. */
  beside: readonly string[];
}

/** In the order in which a request goes through them. */
export const STEPS = {
  door: {
    does: 'lets in (Host, Origin, path, token), streams, tunnels; hands over what may destroy',
    beside: ['door/', 'port/'],
  },
  read: {
    does: 'the one form that is judged and sent; whether it needs a judgement at all',
    beside: ['request.ts', 'status.ts', 'read/', 'effects/needs-judgement.ts'],
  },
  effect: { does: 'what it would do, a file a kind', beside: ['effects/'] },
  act: { does: 'which requests are one command, and what it will go through', beside: ['act/'] },
  look: { does: 'GETs, LISTs and dry runs of what it names', beside: ['look/'] },
  radius: { does: 'whom it would hit; pure, but for its LISTs', beside: ['radius/'] },
  decide: { does: 'rules and modes: allow, warn, hold, deny. Pure', beside: ['policy/', 'decide/'] },
  hold: { does: 'a person is asked, for exactly what was seen', beside: ['hold/', 'lease/'] },
  keep: { does: 'the snapshot is durable before anything goes out', beside: ['journal/'] },
  forward: {
    does: 'pinned to the UIDs that were shown; or softened, with a window in which it is taken back',
    beside: ['effects/outgoing.ts', 'door/forward.ts', 'soften/'],
  },
  'many of one act': {
    does: 'begun to be read with kubectl’s own LIST, judged and kept ahead, taken at the door',
    beside: ['port/passes.ts'],
  },
  record: {
    does: 'what was asked, decided and became of it; after a crash the cluster is asked',
    beside: [],
  },
  tell: { does: 'desktop and the terminal that waits', beside: ['notify/'] },
  undo: { does: 'brings back what went, or finishes what was softened', beside: ['undo/'] },
} as const satisfies Record<string, StepOfTheWay>;
