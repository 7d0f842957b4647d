import { patched } from '@temporalio/workflow';
import type { OnboardingInput, OnboardingResult } from '../../../src/contract/onboarding.ts';
import { laterStory } from './story.ts';

/** The build that takes the change back: runs that are marked keep what they have, and all others are as before it. */
export async function onboardPhoneNumber(input: OnboardingInput): Promise<OnboardingResult> {
  return await laterStory(
    input,
    () => patched('look-before-following') && !patched('follow-without-a-look'),
  );
}
