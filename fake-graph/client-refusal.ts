import { GraphRefusal } from './graph-errors.ts';

export interface ClientError {
  code: number;
  title: string;
  details: string;
}

/** A refusal of a customer's own client: another envelope than Graph's. */
export class ClientRefusal extends GraphRefusal {
  readonly body: unknown;

  constructor(http: number, error: ClientError, body?: unknown) {
    super(error.code, { http, title: error.title, details: error.details });
    const meta = { api_status: 'stable', version: 'v2.45.1' };
    this.body = body ?? { errors: [error], meta };
  }
}
