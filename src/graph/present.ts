/** The same fields, where one that may lack a value is optional instead. */
export type Present<T> = {
  readonly [K in keyof T as Lacks<T[K]> extends true ? never : K]: T[K];
} & {
  readonly [K in keyof T as Lacks<T[K]> extends true ? K : never]?: NonNullable<T[K]>;
};

type Lacks<V> = undefined extends V ? true : null extends V ? true : false;

/** Leaves out what is null or undefined. Meta says "no value" both by leaving a key out and by null. */
export function present<T extends object>(fields: T): Present<T>;
// Two signatures, because the compiler cannot follow a filter over keys.
export function present(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}
