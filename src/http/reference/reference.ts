// The reference of the API, for people: the page of the console and the page of the documentation are both made of this.
import type { z } from 'zod';
import { isOrder, type DeclaredAnswer } from '../contract.ts';
import { templateOf, type DescribedRoute } from '../described.ts';
import { entryOf } from '../errors.ts';
import { ownErrorsOf } from '../route-errors.ts';
import type { Block } from './blocks.ts';
import { curlOf } from './curl.ts';
import { INTRODUCTION, SECTIONS } from './frame.ts';
import { groupOf, GROUPS } from './groups.ts';
import { jsonText } from './json-text.ts';
import { membersOf, nodeOf, sampleOf, typeOf, type Node } from './schema.ts';

interface Reference {
  readonly introduction: readonly Block[];
  readonly sections: readonly Section[];
}

/** Routes for one purpose, or something that all of them have. */
interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly routes: readonly ReferenceRoute[];
}

export interface ReferenceRoute {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly summary: string;
  readonly members: readonly Member[];
  readonly answers: readonly Answer[];
  /** Its own, as code, status and sentence. */
  readonly errors: readonly (readonly [string, number, string])[];
  readonly curl: string;
}

/** What a call may carry. */
export interface Member {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header' | 'body';
  readonly type: string;
  /** All that may stand there, where they are too many for `type`. */
  readonly words?: readonly string[];
  /** `required`, `optional`, or what counts where it is missing. */
  readonly need: string;
  readonly meaning: string;
}

interface Answer {
  readonly status: string;
  readonly what: string;
  readonly types: readonly string[];
  /** As JSON, where it is JSON. */
  readonly sample?: string;
}

export function referenceOf(routes: readonly DescribedRoute[]): Reference {
  return {
    introduction: INTRODUCTION,
    sections: [
      ...GROUPS.map((group) => ({
        ...{ title: group.title, blocks: group.blocks },
        routes: routes.filter((route) => groupOf(route) === group).map(routeOf),
      })),
      ...SECTIONS.map((section) => ({ ...section, routes: [] })),
    ],
  };
}

function routeOf(route: DescribedRoute): ReferenceRoute {
  const { method, role, contract } = route;
  const { params, query, headers, body } = contract;
  return {
    ...{ method, path: templateOf(route), role, summary: contract.summary },
    members: [
      ...membersIn('path', params),
      ...membersIn('query', query),
      ...membersIn('header', headers),
      ...(isOrder(method) ? membersIn('body', body) : []),
    ],
    answers: answersOf(contract.answers),
    errors: ownErrorsOf(route).map((code) => {
      const { status, message } = entryOf(code);
      return [code, status, message];
    }),
    curl: curlOf(route),
  };
}

function membersIn(place: Member['place'], schema: z.ZodObject | undefined): readonly Member[] {
  if (schema === undefined) return [];
  const shape = nodeOf(schema, 'input');
  return membersOf(shape).map(([name, inner]) => ({
    ...{ name, place, ...kindOf(inner), meaning: inner.description ?? '' },
    need: needOf(inner.default, shape.required?.includes(name) === true),
  }));
}

const MOST_WORDS = 16;

function kindOf(inner: Node): Pick<Member, 'type' | 'words'> {
  const { enum: words = [] } = inner;
  return words.length > MOST_WORDS ? { type: 'word', words } : { type: typeOf(inner) };
}

function needOf(fallback: unknown, isRequired: boolean): string {
  if (fallback !== undefined) return `optional: \`${JSON.stringify(fallback)}\``;
  return isRequired ? 'required' : 'optional';
}

/** Answers of one form have one sample, with the last of them. */
function answersOf(answers: Readonly<Record<number, DeclaredAnswer>>): readonly Answer[] {
  const shapes = Object.values(answers).map(({ content }) => content['application/json']);
  return Object.entries(answers).map(([status, { what, content }], at) => {
    const shape = shapes[at];
    const isShown = shape !== undefined && !shapes.slice(at + 1).includes(shape);
    return {
      ...{ status, what, types: Object.keys(content) },
      ...(isShown && { sample: jsonText(sampleOf(shape)) }),
    };
  });
}
