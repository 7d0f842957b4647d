import { isGrpcServiceError, type Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../contract/onboarding.ts';
import { searchAttributeKinds } from '../../contract/search-attributes.ts';
import type { Config } from '../../config.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { withTemporal } from '../temporal.ts';
import { spanOf } from '../time.ts';
import { failed, ok, skipped, warning, type Check } from './check.ts';

/** A worker's poll ends after a minute at most, and the next one begins at once. */
const POLLS_WITHIN_MS = 90_000;
/** gRPC: the query names what does not exist, or not with this kind. */
const INVALID_ARGUMENT: ReadonlySet<number> = new Set([3]);

/** Is Temporal there, with the namespace and its search attributes, and does a worker take our tasks? */
export async function examineTemporal(
  io: Io,
  temporal: Config['temporal'],
): Promise<readonly Check[]> {
  const { address, namespace } = temporal;
  try {
    return await withTemporal(io, temporal, async (client) => {
      await client.workflowService.describeNamespace({ namespace });
      return [
        ok('Temporal', `${address}, namespace ${namespace}`),
        await examineAttributes(client, namespace),
        await examineWorkers(client, namespace, io.nowMs()),
      ];
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const mend = 'start Temporal, or correct TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS';
    return [
      failed('Temporal', { detail: error.message, mend, code: error.code }),
      skipped('search attributes', 'Temporal cannot be asked'),
      skipped('worker', 'Temporal cannot be asked'),
    ];
  }
}

/** A count per attribute: it needs no administrator's rights, as a list of them would, and finds a wrong kind too. */
async function examineAttributes(client: Client, namespace: string): Promise<Check> {
  const missing: string[] = [];
  for (const [name, kind] of Object.entries(searchAttributeKinds)) {
    const query = `${name} ${SAMPLES[kind]}`;
    if (!(await isAccepted(client, { namespace, query }))) {
      missing.push(`temporal operator search-attribute create --name ${name} --type ${kind}`);
    }
  }
  if (missing.length === 0) return ok('search attributes', 'all are there');
  return failed('search attributes', {
    detail: `${missing.length} of ${Object.keys(searchAttributeKinds).length} are missing`,
    mend: missing.map((command) => `${command} --namespace ${namespace}`).join('; '),
  });
}

const SAMPLES = {
  Keyword: "= 'x'",
  Datetime: "> '2020-01-01T00:00:00Z'",
  Bool: '= true',
} as const;

async function isAccepted(
  client: Client,
  request: { readonly namespace: string; readonly query: string },
): Promise<boolean> {
  try {
    await client.workflowService.countWorkflowExecutions(request);
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && INVALID_ARGUMENT.has(error.code)) return false;
    throw error;
  }
}

/** Temporal tells of the workflow tasks' pollers unless asked otherwise. A worker of ours polls for both kinds. */
async function examineWorkers(client: Client, namespace: string, nowMs: number): Promise<Check> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
  });
  const polledAtMs = pollers.map(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000,
  );
  return workerCheck(nowMs - Math.max(0, ...polledAtMs), nowMs);
}

function workerCheck(silentMs: number, nowMs: number): Check {
  const mend = 'start one (npm run worker); its log tells why if it runs';
  const name = 'worker';
  if (silentMs >= nowMs) {
    return failed(name, { detail: `none polls the task queue ${TASK_QUEUE}`, mend });
  }
  const heard = `heard ${spanOf(silentMs)} ago`;
  return silentMs < POLLS_WITHIN_MS
    ? ok(name, `polls the task queue ${TASK_QUEUE}, ${heard}`)
    : warning(name, `the last one was ${heard}`, mend);
}
