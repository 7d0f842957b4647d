/** The filters of the Temporal UI that a document links to. */
export function filtersIn(markdown: string): readonly string[] {
  const links = markdown.matchAll(/\]\(([^)\s]*\/workflows\?query=[^)\s]+)\)/g);
  return [...links].map(([, link = '']) => new URL(link).searchParams.get('query') ?? '');
}
