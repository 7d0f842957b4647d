import type { Log } from '../desk/log.ts';
import type { Role } from '../domain/role.ts';
import type { Audit } from '../store/access.ts';
import { httpErrorOf } from './answers.ts';

interface AuditTrailDeps {
  readonly store: { readonly audit: Audit };
  readonly nowMs: () => number;
  readonly log: Log;
}

interface AuditedCall {
  readonly requestId: string;
  readonly actor: string;
  readonly role: Role;
  readonly params: Readonly<Record<string, string>>;
}

interface AuditedRoute {
  readonly method: string;
  /** Its pattern. */
  readonly route: string;
  readonly role: Role;
}

/** Calls `handle`, with a line about it before and one after. */
export type AuditTrail = (
  call: AuditedCall,
  route: AuditedRoute,
  handle: () => Response | Promise<Response>,
) => Promise<Response>;

/** Who ordered what, for every change and every secret that is shown. Without its line nothing is done. */
export function createAuditTrail({ store: { audit }, nowMs, log }: AuditTrailDeps): AuditTrail {
  const end = async (requestId: string, result: string, subject?: string): Promise<void> => {
    await audit
      .end(requestId, { result, ...(subject === undefined ? {} : { subject }) })
      .catch((err: unknown) => {
        log.error({ err, requestId, result }, 'the result is missing in the audit trail');
      });
  };
  return async (call, route, handle) => {
    if (isPlainRead(route)) return handle();
    const { requestId, actor, role } = call;
    const subject = subjectOf(call.params);
    await audit.begin({
      ...{ requestId, actor, role, action: `${route.method} ${route.route}` },
      ...(subject === undefined ? {} : { subject }),
    });
    try {
      const response = await handle();
      await end(requestId, `${response.status}`, subject ?? toldIn(response));
      return response;
    } catch (error) {
      await end(requestId, httpErrorOf(error, nowMs())?.code ?? 'internal_error');
      throw error;
    }
  };
}

function isPlainRead({ method, role }: AuditedRoute): boolean {
  return method === 'GET' && role !== 'admin';
}

/** What could be an id of Meta's; other text of a path could be anything. */
function subjectOf({ id, waba_id: wabaId }: AuditedCall['params']): string | undefined {
  const named = id ?? wabaId ?? '';
  return /^[0-9]{1,20}$/.test(named) ? named : undefined;
}

/** What is new tells where it is. */
function toldIn({ headers }: Response): string | undefined {
  return /\/(?<id>[0-9]{1,20})(\?|$)/.exec(headers.get('location') ?? '')?.groups?.['id'];
}
