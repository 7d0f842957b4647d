/** A captured terminal of the page, under the cause that it begins with. */
const BLOCK =
  /(<summary><code>(\w+)<\/code>[^\n]*<\/summary>\n\n```console\n)([\s\S]*?)(\n?```)$/gm;

export function capturesIn(page: string): ReadonlyMap<string, string> {
  return new Map(
    [...page.matchAll(BLOCK)].map(([, , cause = '', text = '']) => [cause, text] as const),
  );
}

/** The page with each terminal as it was captured now. */
export function withCaptures(page: string, captured: ReadonlyMap<string, string>): string {
  return page.replaceAll(BLOCK, (block: string, head: string, cause: string) => {
    const text = captured.get(cause);
    return text === undefined ? block : `${head}${text}\n\`\`\``;
  });
}
