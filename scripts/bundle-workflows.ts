import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

import { CONVERTERS, WORKFLOW_INTERCEPTORS } from '../src/connection.ts';
import { encodedBundleOf } from '../src/payloads/encoded-bundle.ts';

const DOOR = fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url));

const COMPACT = {
  test: /\.[jt]s$/,
  enforce: 'post',
  use: {
    loader: 'swc-loader',
    options: {
      sourceMaps: true,
      minify: true,
      jsc: {
        target: 'es2022',
        parser: { syntax: 'ecmascript' },
        minify: { compress: false, mangle: false, format: { comments: false } },
      },
    },
  },
} as const;

/**
 * Writes the code that workers run and replay: the workflows, all they import, and a source map at its end. With `encoded`
 * failures, what a workflow says of its failure leaves it as a payload, for a worker whose codec is on.
 *
 * @throws Error when something in it is not deterministic by its nature, such as a Node module.
 */
export async function writeWorkflowBundle(
  path: string,
  workflowsPath = DOOR,
  failures: 'clear' | 'encoded' = 'clear',
): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: WORKFLOW_INTERCEPTORS,
    payloadConverterPath: CONVERTERS.payload,
    ...(failures === 'encoded' && { failureConverterPath: CONVERTERS.failure }),
    logger: new DefaultLogger('WARN'),
    // Without comments and white space, which only a reader of the bundle would miss: every workflow's sandbox parses the rest. Names
    // stay, as failures show them.
    webpackConfigHook: (config) => ({
      ...config,
      output: { ...config.output, pathinfo: false },
      module: { ...config.module, rules: [...(config.module?.rules ?? []), COMPACT] },
    }),
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: 'dist/workflow-bundle.js' } },
  });
  const encoded = encodedBundleOf(values.out);
  await writeWorkflowBundle(values.out);
  await writeWorkflowBundle(encoded, DOOR, 'encoded');
  process.stdout.write(`${values.out}\n${encoded}\n`);
}
