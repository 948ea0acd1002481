/** What toolcrib writes on objects in a cluster, so that anyone can find and finish them without this machine. */
export const marks = {
  /** Label: id of the act whose softening left this object without its owner. */
  act: 'toolcrib.dev/act',
  /** Annotation: RFC 3339 time after which the act is finished. */
  finishAfter: 'toolcrib.dev/finish-after',
  /** Annotation: what the object was taken from (`StatefulSet/kafka`). */
  softenedFrom: 'toolcrib.dev/softened-from',
  /** Finalizer that holds an owner until each dependent has lost its reference. */
  finalizer: 'toolcrib.dev/orphan-first',
} as const;
