'use strict';
// Embedded Signup in the browser: a code comes from Meta's SDK, the ids come as a message of its window, in any order. Both go to
// the service as one form, at once: the code lives 30 seconds.
{
  const form = document.getElementById('signup');
  const button = form.querySelector('button');
  const status = form.querySelector('[role=status]');
  const { appId, configId, graphVersion, sdkOrigin } = form.dataset;
  const CODE_WITHOUT_IDS_MS = 10_000;

  const say = (text) => {
    status.textContent = text;
  };

  /** Exactly Meta's own hosts: a name that merely ends alike is somebody else's. */
  const isMeta = (origin) => {
    if (origin === sdkOrigin) return true;
    const { protocol, hostname } = new URL(origin);
    return (
      protocol === 'https:' && (hostname === 'facebook.com' || hostname.endsWith('.facebook.com'))
    );
  };

  const eventIn = (data) => {
    try {
      const message = typeof data === 'string' ? JSON.parse(data) : undefined;
      return message?.type === 'WA_EMBEDDED_SIGNUP' ? message : undefined;
    } catch {
      return undefined;
    }
  };

  const sendWhenWhole = () => {
    const { code, waba_id: waba, phone_number_id: number, is_account: account } = form.elements;
    const isNamed = number.value !== '' || account.value !== '';
    if (code.value === '' || waba.value === '' || !isNamed) return;
    const what = account.value === '' ? 'the number' : 'the account';
    say(`Meta has told us ${what}. Checking what it lets us do …`);
    form.submit();
  };

  const takeEvent = ({ event, data = {} }) => {
    if (event.startsWith('FINISH')) {
      form.elements.waba_id.value = data.waba_id ?? '';
      form.elements.phone_number_id.value = data.phone_number_id ?? '';
      // Embedded Signup names no number of a customer who has none, or who stays on the WhatsApp Business app.
      form.elements.is_account.value = data.phone_number_id === undefined ? '1' : '';
      sendWhenWhole();
      return;
    }
    button.disabled = false;
    const where = data.current_step === undefined ? '' : ` at ${data.current_step}`;
    say(data.error_message ?? `The customer has stopped${where}. Nothing was changed.`);
  };

  window.addEventListener('message', ({ origin, data }) => {
    const event = URL.canParse(origin) && isMeta(origin) ? eventIn(data) : undefined;
    if (event !== undefined) takeEvent(event);
  });

  const takeLogin = ({ authResponse }) => {
    const code = authResponse?.code;
    if (code === undefined) {
      button.disabled = false;
      return;
    }
    form.elements.code.value = code;
    sendWhenWhole();
    setTimeout(() => {
      if (form.elements.waba_id.value === '') say('Meta has not told us an account. Start again.');
      button.disabled = false;
    }, CODE_WITHOUT_IDS_MS);
  };

  window.fbAsyncInit = () => {
    window.FB.init({ appId, version: graphVersion });
    button.disabled = false;
    say('');
  };

  button.addEventListener('click', () => {
    button.disabled = true;
    say('Go on in the window of Meta.');
    window.FB.login(takeLogin, {
      config_id: configId,
      response_type: 'code',
      override_default_response_type: true,
      extras: { setup: {} },
    });
  });
}
