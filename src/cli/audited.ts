import { randomUUID } from 'node:crypto';
import { ConfigError } from '../config.ts';
import type { StorePlace } from '../store/place.ts';
import { administrator } from './actor.ts';
import type { Io } from './io.ts';
import { configFor, hasStore, withStore } from './resources.ts';

interface RunningCommand {
  /** `pin set`. */
  readonly name: string;
  readonly args: readonly string[];
}

/** What changes nothing, and shows no secret. */
const READS = /(^| )(list|show|watch|doctor|completion)$/;

/**
 * Writes down that an administrator gives an order, before it is carried out, and answers with what writes down how it ended. Where
 * there is no database of the service yet, there is nothing of it to change.
 */
export async function beginAudit(
  io: Io,
  { name, args }: RunningCommand,
): Promise<(result: string) => Promise<void>> {
  const config = READS.test(name) ? undefined : storeIn(io);
  if (config === undefined || !hasStore(config)) return () => Promise.resolve();
  const requestId = randomUUID();
  // What is to be forgotten is not written down once more.
  const subject = name === 'forget' ? undefined : args.find((each) => ID.test(each));
  await withStore(config, io.nowMs, ({ audit }) =>
    audit.begin({
      ...{ requestId, actor: administrator(), role: 'administrator', action: name },
      ...(subject === undefined ? {} : { subject }),
    }),
  );
  return async (result) => {
    await withStore(config, io.nowMs, ({ audit }) => audit.end(requestId, { result })).catch(() => {
      io.terminal.complain(`the audit trail lacks how this ended: ${result}`);
    });
  };
}

/** No secret that somebody typed in the place of an id is that long, or of that form. */
const ID = /^([0-9]{9,20}|[0-9a-f]{10}|evt_[0-9a-f-]{36})$/;

function storeIn(io: Io): { readonly place: StorePlace; readonly keyFile: string } | undefined {
  try {
    return configFor(io, []).store;
  } catch (error) {
    // The command itself tells what is wrong.
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
