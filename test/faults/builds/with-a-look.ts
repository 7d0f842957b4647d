import { patched } from '@temporalio/workflow';
import type { OnboardingInput, OnboardingResult } from '../../../src/contract/onboarding.ts';
import { laterStory } from './story.ts';

/** The build after a change: the old path is kept behind `patched()`. */
export async function onboardPhoneNumber(input: OnboardingInput): Promise<OnboardingResult> {
  return await laterStory(input, () => patched('look-before-following'));
}
