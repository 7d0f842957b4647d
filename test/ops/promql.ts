import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks for: metrics, and the labels it selects or groups by. */
export interface Asked {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** @throws Error that says where it is no PromQL */
export function askedIn(expression: string): Asked {
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) throw new Error(`no PromQL from here: ${expression.slice(from)}`);
      if (type.name === 'Identifier') metrics.push(expression.slice(from, to));
      if (type.name === 'LabelName') labels.push(expression.slice(from, to));
    },
  });
  return { metrics, labels };
}
