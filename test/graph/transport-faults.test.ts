import { Agent, errors, request } from 'undici';
import { describe, expect, it } from 'vitest';

import { faultWord, wasSent } from '../../src/graph/transport-faults.ts';
import { serve } from './servers.ts';

const fault = (code: unknown, more: object = {}): Error =>
  Object.assign(new Error('text that is not read'), { code, ...more });
const connecting = (code: string): Error => fault(code, { syscall: 'connect' });
const wrapped = (cause: unknown, text = 'fetch failed'): Error => new TypeError(text, { cause });

const NEVER_SENT: Readonly<Record<string, unknown>> = {
  'connection refused': connecting('ECONNREFUSED'),
  'connection refused, wrapped': wrapped(connecting('ECONNREFUSED')),
  'unknown host': fault('ENOTFOUND', { syscall: 'getaddrinfo' }),
  'name server silent': fault('EAI_AGAIN', { syscall: 'getaddrinfo' }),
  'connect took too long': new errors.ConnectTimeoutError(),
  'no route to the host': connecting('EHOSTUNREACH'),
  'no route to the network': connecting('ENETUNREACH'),
  'the system gave up connecting': connecting('ETIMEDOUT'),
  'every address refused': new AggregateError([
    connecting('ECONNREFUSED'),
    connecting('EHOSTUNREACH'),
  ]),
  'a self-signed certificate': fault('DEPTH_ZERO_SELF_SIGNED_CERT'),
  'a self-signed certificate in the chain': fault('SELF_SIGNED_CERT_IN_CHAIN'),
  'a certificate of an unknown issuer': fault('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  'an issuer that is not there': fault('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
  'an expired certificate': fault('CERT_HAS_EXPIRED'),
  'a certificate of another name': fault('ERR_TLS_CERT_ALTNAME_INVALID'),
  'https to a plain port': fault('ERR_SSL_WRONG_VERSION_NUMBER'),
  'an argument undici refused': new errors.InvalidArgumentError('invalid onRequestStart method'),
};

const selfCaused = new Error('a ring');
selfCaused.cause = selfCaused;

const PERHAPS_SENT: Readonly<Record<string, unknown>> = {
  'reset while reading': fault('ECONNRESET', { syscall: 'read' }),
  'reset in mid-body': wrapped(fault('ECONNRESET', { syscall: 'read' }), 'terminated'),
  'broken pipe': fault('EPIPE', { syscall: 'write' }),
  'time-out on an open connection': fault('ETIMEDOUT', { syscall: 'read' }),
  'a refusal outside connect': fault('ECONNREFUSED', { syscall: 'read' }),
  'a refusal without a syscall': fault('ECONNREFUSED'),
  'the other side closed': new errors.SocketError('other side closed'),
  'a body shorter than declared': wrapped(
    new errors.SocketError('other side closed'),
    'terminated',
  ),
  'two content lengths': new errors.ResponseContentLengthMismatchError(),
  'headers too late': new errors.HeadersTimeoutError(),
  'body too late': new errors.BodyTimeoutError(),
  'headers too large': new errors.HeadersOverflowError(),
  'answer too large': new errors.ResponseExceededMaxSizeError(),
  'not HTTP': new errors.HTTPParserError('Expected HTTP/'),
  'the deadline': new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
  'an abort': new DOMException('This operation was aborted', 'AbortError'),
  'an abort whose reason was a refused connection': Object.assign(
    new errors.RequestAbortedError(),
    {
      cause: connecting('ECONNREFUSED'),
    },
  ),
  'another TLS error': fault('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'),
  'a TLS protocol error': fault('EPROTO', { syscall: 'write' }),
  'one address reset, one refused': new AggregateError([
    connecting('ECONNREFUSED'),
    fault('ECONNRESET', { syscall: 'read' }),
  ]),
  'no address at all': new AggregateError([]),
  'corrupt gzip': wrapped(fault('Z_DATA_ERROR'), 'terminated'),
  'a code never seen': fault('E_FROM_THE_FUTURE'),
  'a code never seen, without a syscall': fault('E_FROM_THE_FUTURE', { syscall: undefined }),
  'an inherited word as a code': fault('constructor', { syscall: 'connect' }),
  'its own cause': selfCaused,
  'a string': 'ECONNREFUSED',
  nothing: undefined,
};

describe('a request that failed without an answer', () => {
  it.each(Object.entries(NEVER_SENT))('was not sent: %s', (_, error) => {
    expect(wasSent(error)).toBe('no');
  });

  it.each(Object.entries(PERHAPS_SENT))('may have been sent: %s', (_, error) => {
    expect(wasSent(error)).toBe('unknown');
  });

  it('was not sent when undici refuses an argument: the server sees no request', async () => {
    const server = await serve({});
    const dispatcher = new Agent();
    const headers = { authorization: 'Bearer two\nlines' };
    const error = await request(server.url, { dispatcher, headers }).catch((e: unknown) => e);
    await dispatcher.close();
    expect(wasSent(error)).toBe('no');
    expect(faultWord(error)).toBe('UND_ERR_INVALID_ARG');
    expect(server.seen).toEqual([]);
  });

  it('is named by its code only, and only if that is a word', () => {
    expect(faultWord(connecting('ECONNREFUSED'))).toBe('ECONNREFUSED');
    expect(faultWord(fault('token EAAJ'))).toBe('no code');
    expect(faultWord(fault(23))).toBe('no code');
  });
});
