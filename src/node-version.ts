const NODE_FLOOR = 24;

/** `version` is without a `v`, as in `process.versions.node`. */
export function nodeProblems(version: string): readonly string[] {
  return Number.parseInt(version, 10) >= NODE_FLOOR
    ? []
    : [`Node ${NODE_FLOOR} needed, this is ${version}`];
}
