import { readFile } from 'node:fs/promises';

/** The workflow code whose failures leave it encoded would not do so. Its message says what to run. */
class FailuresInClear extends Error {
  override readonly name = 'FailuresInClear';
}

/** Where `npm run bundle` puts the workflow code with the failure converter in it, beside the one without. */
export function encodedBundleOf(bundle: string): string {
  return bundle.replace(/(\.js)?$/, '.encoded.js');
}

/** Throws `FailuresInClear`: Temporal itself would take such a bundle, and send messages of failures in clear. */
export async function refuseFailuresInClear(bundle: string): Promise<void> {
  const code = await readFile(bundle, 'utf8').catch(() => '');
  // With white space or without it.
  if (/encodeCommonAttributes:\s*true/.test(code)) return;
  throw new FailuresInClear(
    `PAYLOAD_CODEC is on, but ${bundle} is missing or lacks the failure converter. Run: npm run bundle`,
  );
}
