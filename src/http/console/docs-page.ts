import { html } from 'hono/html';
import type { DescribedRoute } from '../described.ts';
import type { Block } from '../reference/blocks.ts';
import { referenceOf, type Member, type ReferenceRoute } from '../reference/reference.ts';
import type { Html, Page } from './page.ts';
import { proseOf } from './prose.ts';

/** The reference of the API, with a table of contents. */
export function docsPage(routes: readonly DescribedRoute[]): Page {
  const { introduction, sections } = referenceOf(routes);
  return {
    title: 'HTTP API',
    place: '/docs',
    main: html`<h1>HTTP API</h1>
      ${introduction.map(blockPart)}
      <nav class="card contents-list" aria-label="Routes">
        ${sections.map(
          ({ title, routes: inside }) =>
            html`<p><a href="#${anchorOf(title)}">${title}</a></p>
              ${
                inside.length > 0 &&
                html`<ul>
                  ${inside.map(entryPart)}
                </ul>`
              }`,
        )}
      </nav>
      ${sections.map(
        ({ title, blocks, routes: inside }) =>
          html`<section class="docs" aria-labelledby="${anchorOf(title)}">
            <h2 id="${anchorOf(title)}">${title}</h2>
            ${blocks.map(blockPart)} ${inside.map(routePart)}
          </section>`,
      )}`,
  };
}

function entryPart(route: ReferenceRoute): Html {
  return html`<li>
    <a href="#${anchorOf(nameOf(route))}"><code>${nameOf(route)}</code></a>
  </li>`;
}

function routePart(route: ReferenceRoute): Html {
  const { role, summary, members, answers, errors, curl } = route;
  const name = nameOf(route);
  return html`<article class="card route" aria-labelledby="${anchorOf(name)}">
    <h3 id="${anchorOf(name)}"><code>${name}</code></h3>
    <p>${proseOf(summary)}</p>
    <p class="raw">${role === 'anyone' ? 'For anyone' : `For the role ${role} and above`}</p>
    ${members.length > 0 && membersPart(members)}
    <pre tabindex="0" aria-label="Example of ${name}"><code>${curl}</code></pre>
    ${answers.map(
      ({ status, what, types, sample }) =>
        html`<p><span class="pill good">${status}</span> ${proseOf(what)}: ${types.join(', ')}</p>
          ${
            sample !== undefined &&
            html`<details>
              <summary>An answer ${status}</summary>
              <pre
                tabindex="0"
                aria-label="An answer ${status} of ${name}"
              ><code>${sample}</code></pre>
            </details>`
          }`,
    )}
    ${
      errors.length > 0 &&
      html`<details>
        <summary>Its own errors</summary>
        ${tablePart(
          ['Code', 'Status', 'What to do'],
          errors.map(([code, status, message]) => [`\`${code}\``, `${status}`, message]),
        )}
      </details>`
    }
  </article>`;
}

function membersPart(members: readonly Member[]): Html {
  const rows = members.map(({ name, place, type, words, need, meaning }) => [
    ...[`\`${name}\``, place, words === undefined ? type : `one of ${words.length} words`],
    ...[need, meaning],
  ]);
  return html`${tablePart(['Name', 'In', 'Type', 'Needed', 'Meaning'], rows)}
  ${members.map(
    ({ name, words }) =>
      words !== undefined &&
      html`<details>
        <summary>The words of ${name}</summary>
        <p>${words.join(', ')}</p>
      </details>`,
  )}`;
}

function blockPart(block: Block): Html {
  if (block.kind === 'text') return html`<p class="prose">${proseOf(block.text)}</p>`;
  if (block.kind === 'table') return tablePart(block.head, block.rows);
  return html`<pre tabindex="0" aria-label="Example"><code>${block.text}</code></pre>`;
}

function tablePart(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${head.join(', ')}">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${proseOf(cell)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${proseOf(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function nameOf({ method, path }: ReferenceRoute): string {
  return `${method} ${path}`;
}

/** Of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
