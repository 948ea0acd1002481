import { anAct, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import type { ActStory } from '../../../operations/stories/story.ts';

/** The story of an act that went as it was asked, or another in what is given. */
export const story = (more: Partial<ActStory> = {}): ActStory => ({
  act: anAct(),
  requests: [aRequest({ state: 'answered', status: 200 })],
  softenings: [],
  undos: [],
  title: 'delete StatefulSet shop/kafka',
  became: { word: 'carried out', tone: 'plain' },
  severity: 'hold',
  undoable: false,
  ...more,
});
