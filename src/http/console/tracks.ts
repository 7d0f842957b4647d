import { html } from 'hono/html';
import type { NumberDetails } from '../../desk/number-view.ts';
import { nameMeaningOf, type NameMeaning } from '../../domain/name-status.ts';
import type { Html } from './page.ts';
import { inTable, type Mood } from './words.ts';

interface Track {
  readonly title: string;
  readonly text: string;
  /** Meta's own word; of a registration it takes several. */
  readonly value?: string;
  readonly mood: Mood;
  readonly more?: string | undefined;
}

const OWNERSHIP: Readonly<Record<string, readonly [string, Mood]>> = {
  VERIFIED: ['Proved by a code', 'good'],
  NOT_VERIFIED: ['Not proved yet', 'bad'],
  EXPIRED: ['The proof has lapsed', 'bad'],
  unread: ['Not read yet', 'idle'],
};

const REGISTRATION: Readonly<Record<string, readonly [string, Mood]>> = {
  registered: ['Registered on Cloud API', 'good'],
  'not-registered': ['Not registered yet', 'busy'],
  unclear: ['Meta does not say clearly', 'busy'],
  banned: ['Banned by Meta', 'bad'],
  gone: ['No longer in the account', 'bad'],
  unread: ['Not read yet', 'idle'],
};

const NAME: Readonly<Record<NameMeaning, readonly [string, Mood]>> = {
  approved: ['Name approved', 'good'],
  declined: ['Name declined', 'bad'],
  'in-review': ['Name in review at Meta', 'busy'],
  expired: ['Approval has run out', 'bad'],
  unknown: ['Not decided yet', 'idle'],
};

const CERTIFICATE: Readonly<Record<string, string>> = {
  collected: 'certificate collected',
  'not-issued': 'Meta issued no certificate',
};

/** Ownership, registration, name and certificate: side by side, as each moves alone. */
export function tracksPart(number: NumberDetails): Html {
  return html`<section aria-labelledby="tracks" data-live="tracks">
    <h2 id="tracks">Three tracks</h2>
    <ul class="tracks">
      ${tracksOf(number).map(
        ({ title, text, value, mood, more }) =>
          html`<li class="track ${mood}">
            <h3>${title}</h3>
            <p class="state">${text}</p>
            ${more === undefined ? '' : html`<p>${more}</p>`}
            ${value === undefined ? '' : html`<p class="raw">Meta: ${value}</p>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

function tracksOf(number: NumberDetails): readonly Track[] {
  const { ownership = 'unread', registration = 'unread', name = 'unread' } = number.tracks ?? {};
  return [
    ownershipTrack(ownership, registration),
    registrationTrack(registration),
    nameTrack(number, name),
  ];
}

function ownershipTrack(ownership: string, registration: string): Track {
  const track = trackOf('Ownership', ownership, inTable(OWNERSHIP, ownership));
  // Numbers that are live show a lapsed proof there, which means nothing.
  const isPast = registration === 'registered' && ownership !== 'VERIFIED';
  return isPast ? { ...track, text: 'Not needed any more', mood: 'good' } : track;
}

function registrationTrack(registration: string): Track {
  const [text, mood] = inTable(REGISTRATION, registration) ?? ([registration, 'idle'] as const);
  return { title: 'Registration', text, mood };
}

function nameTrack(number: NumberDetails, name: string): Track {
  const { tracks, usable = false, name_decision: told } = number;
  const certificate = inTable(CERTIFICATE, tracks?.certificate ?? '');
  const more = [told?.meaning, usable ? 'Meta lets it send' : undefined, certificate].filter(
    (text) => text !== undefined,
  );
  const track = trackOf('Name and certificate', name, NAME[nameMeaningOf(name)]);
  return { ...track, more: more.length === 0 ? undefined : `${more.join('; ')}.` };
}

function trackOf(title: string, value: string, known: readonly [string, Mood] | undefined): Track {
  const [text, mood] = known ?? ([value, 'idle'] as const);
  return { title, text, value, mood };
}
