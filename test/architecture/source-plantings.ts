// One small violation per rule about what stands in a file.
import type { Planting } from './plantings.ts';

/** Reported by the linter. */
export const lintPlantings: readonly Planting[] = [
  {
    rule: 'no-restricted-globals',
    at: 'src/domain/clock.ts',
    source: 'export const f = (): number => Date.now();\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/domain/process.ts',
    source: 'export const f = (): string => process.version;\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/domain/fetch.ts',
    source: "export const f = (): unknown => fetch('x');\n",
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/domain/timer.ts',
    source: 'export const f = (): unknown => setTimeout(() => undefined, 1);\n',
  },
  {
    rule: 'no-restricted-properties',
    at: 'src/domain/random.ts',
    source: 'export const f = (): number => Math.random();\n',
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/domain/throw.ts',
    source: "export function f(): never {\n  throw new RangeError('x');\n}\n",
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/domain/async.ts',
    source: 'export async function f(): Promise<number> {\n  return await Promise.resolve(1);\n}\n',
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/domain/state.ts',
    source: 'let n = 0;\nexport function f(): number {\n  n += 1;\n  return n;\n}\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/contract/clock.ts',
    source: 'export const f = (): number => Date.now();\n',
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/contract/throw.ts',
    source: "export function f(): never {\n  throw new RangeError('x');\n}\n",
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/process.ts',
    source: 'export const f = (): string => process.version;\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/fetch.ts',
    source: "export const f = (): unknown => fetch('x');\n",
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/console.ts',
    source: 'export const f = (): void => {\n  console.log(1);\n};\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/random.ts',
    source: 'export const f = (): number => Math.random();\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/timer.ts',
    source: 'export const f = (): unknown => setTimeout(() => undefined, 1);\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/workflows/weak.ts',
    source: 'export const f = (): unknown => new WeakRef({});\n',
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/workflows/throw.ts',
    source: "export function f(): never {\n  throw new Error('x');\n}\n",
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/workflows/throw-own.ts',
    source:
      "class LateError extends Error {}\nexport function f(): never {\n  throw new LateError('x');\n}\n",
  },
  {
    rule: 'no-restricted-syntax',
    at: 'src/workflows/state.ts',
    source: 'let n = 0;\nexport function f(): number {\n  n += 1;\n  return n;\n}\n',
  },
  {
    rule: 'no-restricted-globals',
    at: 'src/activities/fetch.ts',
    source: "export const f = (): unknown => fetch('x');\n",
  },
  {
    rule: 'no-restricted-properties',
    at: 'src/activities/clock.ts',
    source: 'export const f = (): number => Date.now();\n',
  },
  {
    rule: 'no-restricted-properties',
    at: 'src/activities/env.ts',
    source: "export const f = (): unknown => process.env['X'];\n",
  },
  {
    rule: 'no-restricted-properties',
    at: 'src/store/random.ts',
    source: 'export const f = (): number => Math.random();\n',
  },
  {
    rule: 'no-restricted-properties',
    at: 'src/embedded/env.ts',
    source: "export const f = (): unknown => process.env['X'];\n",
  },
  { rule: 'no-console', at: 'src/http/console.ts', source: 'console.log(1);\n' },
  {
    rule: '@typescript-eslint/no-floating-promises',
    at: 'src/http/floating.ts',
    source: 'Promise.resolve(1);\n',
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    at: 'src/http/switch.ts',
    source:
      "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  },
  {
    rule: '@typescript-eslint/no-unsafe-assignment',
    at: 'src/http/unsafe-assignment.ts',
    source:
      'export const f = (x: string): string => {\n  const y = JSON.parse(x);\n  return String(y);\n};\n',
  },
  {
    rule: '@typescript-eslint/no-unsafe-return',
    at: 'src/http/unsafe-return.ts',
    source: 'export const f = (x: string): string => JSON.parse(x);\n',
  },
  {
    rule: '@typescript-eslint/no-unsafe-member-access',
    at: 'src/http/unsafe-member.ts',
    source: 'export const f = (x: string): unknown => JSON.parse(x).y;\n',
  },
  {
    rule: '@typescript-eslint/no-unsafe-call',
    at: 'src/http/unsafe-call.ts',
    source: 'export const f = (x: string): unknown => JSON.parse(x)();\n',
  },
  {
    rule: '@typescript-eslint/no-unsafe-argument',
    at: 'src/http/unsafe-argument.ts',
    source: 'export const f = (x: string): number => Number.parseInt(JSON.parse(x), 10);\n',
  },
  {
    rule: '@typescript-eslint/no-explicit-any',
    at: 'src/http/any.ts',
    source: 'export const f = (x: any): unknown => x;\n',
  },
  {
    rule: '@typescript-eslint/no-non-null-assertion',
    at: 'src/http/bang.ts',
    source: 'export const f = (x: string | undefined): string => x!;\n',
  },
  {
    rule: '@typescript-eslint/consistent-type-assertions',
    at: 'src/http/as.ts',
    source: 'export const f = (x: unknown): string => x as string;\n',
  },
  {
    rule: '@typescript-eslint/only-throw-error',
    at: 'src/http/throw.ts',
    source: "export function f(): never {\n  throw 'x';\n}\n",
  },
  {
    rule: '@typescript-eslint/explicit-module-boundary-types',
    at: 'src/http/return.ts',
    source: 'export function f() {\n  return 1;\n}\n',
  },
  {
    rule: '@typescript-eslint/consistent-type-imports',
    at: 'src/http/type-import.ts',
    source: "import { Target } from './target.ts';\nexport type T = Target;\n",
  },
  {
    rule: 'no-restricted-exports',
    at: 'src/http/default.ts',
    source: 'const f = 1;\nexport default f;\n',
  },
  {
    rule: 'max-params',
    at: 'src/http/params.ts',
    source:
      'export function f(a: number, b: number, c: number, d: number): number {\n  return a + b + c + d;\n}\n',
  },
  {
    rule: 'max-depth',
    at: 'src/http/depth.ts',
    source:
      'export function f(a: boolean, b: boolean, c: boolean): number {\n  if (a) { if (b) { if (c) { for (const x of [1]) { return x; } } } }\n  return 2;\n}\n',
  },
  {
    rule: 'complexity',
    at: 'src/http/complexity.ts',
    source: `export function f(a: number): number {\n${'  if (a > 1) return 1;\n'.repeat(10)}  return 2;\n}\n`,
  },
  {
    rule: 'max-lines-per-function',
    at: 'src/http/long-function.ts',
    source: `export function f(a: number): number {\n${'  a += 1;\n'.repeat(61)}  return a;\n}\n`,
  },
  {
    rule: 'max-lines',
    at: 'src/http/long-file.ts',
    source: Array.from({ length: 251 }, (_, n) => `export const c${String(n)} = 1;`).join('\n'),
  },
  {
    rule: 'unused-disable',
    at: 'src/http/disable.ts',
    source: '// eslint-disable-next-line no-console\nexport const f = 1;\n',
  },
];

/** Reported by the compiler, under the number of its message. */
export const compilerPlantings: readonly Planting[] = [
  {
    // Without the path to `ms` in tsconfig.json the SDK's Duration is silently `any`.
    rule: 'TS2322',
    at: 'src/activities/duration.ts',
    source:
      "import type { Duration } from '@temporalio/common';\nexport const planted: Duration = '30 secnds';\n",
  },
  {
    rule: 'TS1294',
    at: 'src/domain/enum.ts',
    source: 'export enum Planted {\n  One,\n}\n',
  },
  {
    rule: 'TS2322',
    at: 'src/domain/index-access.ts',
    source: 'export const planted = (xs: readonly string[]): string => xs[0];\n',
  },
  {
    rule: 'TS2375',
    at: 'src/domain/optional.ts',
    source: 'export const planted = (x: undefined): { readonly y?: string } => ({ y: x });\n',
  },
];
