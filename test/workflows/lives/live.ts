import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { Handle, World } from '../../support/world.ts';
import type { Life } from './lives.ts';

/** What is told beside the waits. */
const SILENT: readonly string[] = [
  ...['signed-up', 'waiting', 'attempt', 'repaired', 'retried', 'name-submitted'],
];

async function endOf(handle: Handle): Promise<string> {
  try {
    return (await handle.result()).outcome;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure) return cause.type ?? '';
    throw error;
  }
}

/** Plays a life to its end. `onEnd` sees the run before its world is gone. */
export async function live(
  world: World,
  life: Life,
  onEnd: (handle: Handle) => Promise<void> = () => Promise.resolve(),
): Promise<Pick<Life, 'end' | 'registers' | 'told'>> {
  const input = { ...(await world.signUp(life.order)), ...life.input };
  const { phoneNumberId } = input;
  await life.before?.(world, input);
  const end = await world.play(async () => {
    const handle = await world.start(input);
    for (const { afterMs, act } of life.steps ?? []) {
      await world.sleep(afterMs);
      await act({ world, input, handle });
    }
    const ended = await endOf(handle);
    await onEnd(handle);
    return ended;
  });
  const registers = await world.meta.registersOf(phoneNumberId);
  const events = await world.store.numbers.eventsOf(phoneNumberId);
  return {
    end,
    registers: registers.map(({ code }) => code ?? 'ok'),
    told: events.map(({ kind }) => kind).filter((kind) => !SILENT.includes(kind)),
  };
}
