import { ACCESS_STORIES } from './access-stories.ts';
import { NAME_STORIES } from './name-stories.ts';
import { ENDING_STORIES, ORDER_STORIES } from './order-stories.ts';
import { REGISTRATION_STORIES } from './registration-stories.ts';
import type { Story } from './story.ts';
import { WAITING_STORIES } from './waiting-stories.ts';

/** One number for each cause. */
export const STORIES: readonly Story[] = [
  ...REGISTRATION_STORIES,
  ...ACCESS_STORIES,
  ...NAME_STORIES,
  ...WAITING_STORIES,
  ...ORDER_STORIES,
  ...ENDING_STORIES,
];
