export const NOW = '2026-11-02T10:00:05Z';
export const EARLIER = '2026-11-02T09:00:00Z';

/** The condition that tells progress, as it was before. */
export const progressing = (reason: string, more: object = {}) => ({
  type: 'Progressing',
  status: 'True',
  lastUpdateTime: EARLIER,
  lastTransitionTime: EARLIER,
  reason,
  message: 'before',
  ...more,
});
