import type { SignupOrder } from './signup.ts';

const SECOND_MS = 1000;

interface Story {
  title: string;
  order: SignupOrder;
}

/** What a customer can be like, at a pace that somebody watches. */
const STORIES: Story[] = [
  {
    title: 'Everything is in order: the name is approved after eight seconds',
    order: { number: reviewed('APPROVED', 8) },
  },
  {
    title: 'The number is still on a WhatsApp account',
    order: { number: { ...reviewed('APPROVED', 15), on_handset: true } },
  },
  {
    title: 'Nobody has proved ownership: a code is needed',
    order: { number: { ...reviewed('APPROVED', 8), otp_verified_at: null } },
  },
  {
    title: 'The number has a PIN that somebody else has set',
    order: { number: { ...reviewed('APPROVED', 8), pin: '271828' } },
  },
  {
    title: 'Meta declines the name after twelve seconds, and approves the next one after five',
    order: {
      number: {
        ...reviewed('REJECTED', 12),
        rename_review: { decision: 'APPROVED', after_ms: 5 * SECOND_MS },
      },
    },
  },
  {
    title: 'The window names an account, and no number of it',
    order: { event: 'FINISH_ONLY_WABA', number: reviewed('APPROVED', 8) },
  },
  { title: 'The customer gives up', order: { event: 'CANCEL' } },
];

function reviewed(decision: 'APPROVED' | 'REJECTED', seconds: number) {
  const reason = decision === 'REJECTED' ? { reason: 'NAME_FORMAT_UNACCEPTABLE' } : {};
  const review = { decision, after_ms: seconds * SECOND_MS, ...reason };
  return { name_status: 'PENDING_REVIEW', review };
}

export interface BrowserFile {
  type: string;
  text: string;
}

/** What a browser loads of Embedded Signup, by its path under `/_fake/`. */
export function browserFile(name: string): BrowserFile | undefined {
  const files: Record<string, BrowserFile> = {
    'sdk.js': { type: 'text/javascript', text: SDK },
    'embedded-signup': { type: 'text/html', text: page() },
    'embedded-signup.js': { type: 'text/javascript', text: POPUP },
  };
  return Object.hasOwn(files, name) ? files[name] : undefined;
}

/**
 * The part of Meta's JavaScript SDK that Embedded Signup takes: FB.init, and FB.login with a window that talks to its opener.
 * Source: Meta, "Embedded Signup", implementation.
 */
const SDK = `'use strict';
{
  const home = new URL(document.currentScript.src).origin;
  let answer;
  window.addEventListener('message', ({ origin, data }) => {
    if (origin !== home || data?.type !== 'fake-login' || answer === undefined) return;
    answer(data.code === undefined ? { status: 'unknown' } : { status: 'connected', authResponse: { code: data.code } });
    answer = undefined;
  });
  window.FB = {
    init() {},
    login(callback) {
      answer = callback;
      const url = home + '/_fake/embedded-signup?for=' + encodeURIComponent(location.origin);
      window.open(url, 'embedded-signup', 'popup,width=560,height=640');
    },
  };
  window.fbAsyncInit?.();
}
`;

const POPUP = `'use strict';
const opener = window.opener;
const target = new URLSearchParams(location.search).get('for') ?? '';
const form = document.querySelector('form');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const chosen = form.querySelector('input[type=radio]:checked');
  const order = { ...JSON.parse(chosen.value), name: form.elements.name.value };
  const answer = await fetch('/_fake/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  const { message, code, error } = await answer.json();
  if (error !== undefined) {
    document.querySelector('output').textContent = error;
    return;
  }
  opener.postMessage(message, target);
  opener.postMessage({ type: 'fake-login', code }, target);
  window.close();
});
`;

function page(): string {
  const stories = STORIES.map(
    ({ title, order }, i) =>
      `<label><input type="radio" name="story" value="${attributeOf(order)}"${i === 0 ? ' checked' : ''}> ${title}</label>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Embedded Signup (emulated)</title>
<style>body{font:16px system-ui;margin:2rem;color-scheme:light dark}label{display:block;margin:.6rem 0}button{font:inherit;padding:.4rem 1rem}</style>
</head>
<body>
<main>
<h1>Embedded Signup</h1>
<p>This is the emulator. At Meta, your customer logs in here, and picks or adds a number.</p>
<form>
<label>Display name of the business <input name="name" value="Lucky Shrub" required maxlength="60"></label>
<fieldset>
<legend>What shall this customer be like?</legend>
${stories.join('\n')}
</fieldset>
<p><button>Finish</button></p>
<output></output>
</form>
</main>
<script src="/_fake/embedded-signup.js"></script>
</body>
</html>
`;
}

function attributeOf(order: SignupOrder): string {
  return JSON.stringify(order).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
