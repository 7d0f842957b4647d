import { NativeConnection, Worker } from '@temporalio/worker';
import { request } from 'undici';
import type { BareActivities } from './bare-plan.ts';

/** A worker of the bare workflow: a process of its own, so that its CPU time is its own. */
const [address = '', taskQueue = '', graphUrl = ''] = process.argv.slice(2);

const nothing = (): Promise<void> => Promise.resolve();
const activities: BareActivities = {
  call: async (name) => {
    const answer = await request(`${graphUrl}/v25.0/${name}`);
    await answer.body.text();
  },
  quiet: nothing,
  note: nothing,
};

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  ...{ connection, taskQueue, activities },
  workflowsPath: new URL('./bare-workflow.ts', import.meta.url).pathname,
});
await worker.run();
await connection.close();
