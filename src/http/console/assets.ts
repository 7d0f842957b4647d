import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ANSWER_HEADERS } from '../answers.ts';
import { HttpError } from '../errors.ts';
import type { OpenCall } from '../routes.ts';

const TYPES = {
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'signup.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type AssetName = keyof typeof TYPES;

export interface Assets {
  /** Changes with the file, so that a browser may keep what it has for good. */
  readonly urlOf: (name: AssetName) => string;
  readonly serve: (call: OpenCall) => Response;
}

/** The console's few files, read once. */
export function readAssets(): Assets {
  const files = new Map<string, Asset>();
  for (const [name, type] of Object.entries(TYPES)) {
    const bytes = readFileSync(new URL(`static/${name}`, import.meta.url));
    const version = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    files.set(name, { bytes, type, version });
  }
  return {
    urlOf: (name) => `/assets/${name}?v=${files.get(name)?.version ?? ''}`,
    serve: ({ params }) => {
      const asset = files.get(params['name'] ?? '');
      if (asset === undefined) throw new HttpError('not_found');
      return answerAsset(asset);
    },
  };
}

interface Asset {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly version: string;
}

function answerAsset({ bytes, type }: Asset): Response {
  const headers = {
    ...ANSWER_HEADERS,
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
  };
  return new Response(bytes, { headers });
}
