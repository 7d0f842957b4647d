import { z } from 'zod';
import type { Audit, AuditLine } from '../store/access.ts';
import { answerJson } from './answers.ts';
import { declared, json, type Taken } from './contract.ts';
import * as ask from './query-fields.ts';
import { admin, type Routes } from './routes.ts';
import * as shapes from './shapes.ts';

interface AuditDeps {
  readonly store: { readonly audit: Audit };
}

const PAGE = 100;

const query = z.strictObject({ limit: ask.limit, after: ask.auditAfter });

const LIST = {
  summary: 'Who changed what, and who saw a secret: the newest first',
  query,
  answers: { 200: json('A page', shapes.auditPage) },
};

export function auditRoutes(deps: AuditDeps): Routes {
  return { '/v1/audit': { GET: admin(declared(LIST, (call) => listAudit(call, deps))) } };
}

async function listAudit(
  { query: { limit = PAGE, after: beforeId } }: Pick<Taken<z.ZodObject, typeof query>, 'query'>,
  { store }: AuditDeps,
): Promise<Response> {
  const lines = await store.audit.list({ limit, ...(beforeId === undefined ? {} : { beforeId }) });
  const after = lines.length < limit ? undefined : lines.at(-1)?.id.toString();
  return answerJson({ audit: lines.map(viewOf), paging: { after } });
}

function viewOf({ atMs, requestId, actor, role, action, subject, result }: AuditLine): object {
  const at = new Date(atMs).toISOString();
  return { at, request_id: requestId, actor, role, action, subject, result };
}
