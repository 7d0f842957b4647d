const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const TREE = /^(src|fake-graph|test|scripts|bench|docs|ops|\.ci)\/[\w./-]*$/;

/** The scripts of package.json that the code in a document calls. */
export function scriptsIn(markdown: string): readonly string[] {
  const called = codeIn(markdown).flatMap((code) => [
    ...code.matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:-]+)|(start|test)\b)/g),
  ]);
  return unique(called.map(([, run, own]) => run ?? own ?? ''));
}

/** Where links and images point to, those that leave the project left out. */
export function linksIn(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(FENCE, '');
  const links = [
    ...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|<(?:img|source)[^>]*\ssrc(?:set)?="([^"]+)"/g),
  ];
  return unique(links.map(([, link, source]) => link ?? source ?? '')).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
}

/** What stands in backticks and looks like a file or folder of this tree. */
export function pathsIn(markdown: string): readonly string[] {
  return unique(inlineCodeIn(markdown).filter((code) => TREE.test(code)));
}

/** The commands of the `sh` blocks, each on one line, however it is broken in the document. */
export function commandsIn(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(FENCE)].filter(([, language]) => language === 'sh');
  return blocks
    .flatMap(([, , body = '']) => body.replaceAll(/\\\n\s*/g, '').split('\n'))
    .flatMap((line) => line.split('&&'))
    .map((command) => command.replace(/\s#.*$/, '').trim())
    .filter((command) => command !== '');
}

/** The anchors that GitHub makes of the headings. */
export function anchorsIn(markdown: string): readonly string[] {
  const headings = markdown.replaceAll(FENCE, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function codeIn(markdown: string): readonly string[] {
  const fenced = [...markdown.matchAll(FENCE)].map(([, , body = '']) => body);
  return [...fenced, ...inlineCodeIn(markdown)];
}

function inlineCodeIn(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(FENCE, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
