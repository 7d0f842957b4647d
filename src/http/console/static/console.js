'use strict';
// What every page can do without, and is nicer with: parts that change by themselves, and keys for lists.
{
  /** Events come in bursts, and one look afterwards shows them all. */
  const CALM_MS = 400;

  const isBusy = (part) =>
    part.contains(document.activeElement) ||
    [...part.querySelectorAll('input:not([type=hidden])')].some((field) =>
      field.matches('[type=radio], [type=checkbox]')
        ? field.checked !== field.defaultChecked
        : field.value !== field.defaultValue,
    );

  /** What somebody is typing into, or is about to press, stays as it is. */
  const renew = (part, fresh) => {
    if (fresh === null || isBusy(part)) return;
    const isOpen = part.querySelector('details')?.open;
    part.className = fresh.className;
    part.replaceChildren(...fresh.childNodes);
    const details = part.querySelector('details');
    if (isOpen === true && details !== null) details.open = true;
  };

  const look = async () => {
    const url = new URL(location.href);
    url.searchParams.delete('done');
    const answer = await fetch(url, { headers: { accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live]'))
      renew(part, page.querySelector(`[data-live="${part.dataset.live}"]`));
  };

  const { feed } = document.querySelector('main').dataset;
  if (feed !== undefined) {
    let timer;
    const lookSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, CALM_MS);
    };
    const source = new EventSource(feed);
    source.addEventListener('number', lookSoon);
    // A page of before the stream began, or of before it was cut, may have missed something.
    source.addEventListener('open', lookSoon);
  }

  const rows = () => [...document.querySelectorAll('[data-keys=rows] tbody a')];

  const step = (by) => {
    const links = rows();
    const at = links.indexOf(document.activeElement);
    links[at === -1 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    '/': () => document.querySelector('input[type=search]')?.focus(),
  };

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches('input, select, textarea');
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
