import type { Secret } from '../domain/secret.ts';

/** Takes what was sent out of what is said about it. Meta repeats: "Malformed access token …", an invalid parameter's value. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const hidden = secrets.flatMap((secret) => {
    const value = secret.reveal();
    return value === '' ? [] : [value, encodeURIComponent(value)];
  });
  return (text) => hidden.reduce((clean, value) => clean.replaceAll(value, '«secret»'), text);
}
