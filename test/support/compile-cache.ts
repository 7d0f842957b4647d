const { NODE_COMPILE_CACHE } = process.env;

/** For a program that is given nothing else of this process's environment: what Node keeps of its modules, see `vitest.config.ts`. */
export const COMPILED: Readonly<Record<string, string>> =
  NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
