import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Refusals and failed runs are what tests are about; only what nobody expects is printed. Once per process, first. */
export function installQuietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}
