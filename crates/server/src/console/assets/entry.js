// Log in, register, choose a new password.

import { asUser, problem, send } from './client.js';
import { say } from './words.js';

/** Where to go after: a page of ours, never another's. */
function onward() {
  const to = new URLSearchParams(location.search).get('to') ?? '';
  return /^\/console\/[\w/-]*$/.test(to) ? to : '/console/';
}

/** What a link of a mail brought, behind the `#`, where no server log sees it. */
const brought = location.hash.slice(1);

const DOES = {
  'log-in': async ({ email, password }) => send('/api/v1/session', { method: 'POST', body: { email, password } }),
  register: async ({ email, password }) => {
    const body = brought ? { email, password, invitation: brought } : { email, password };
    const made = await send('/api/v1/users/', { method: 'POST', body });
    return made.ok ? send('/api/v1/session', { method: 'POST', body: { email, password } }) : made;
  },
  password: async (body) => asUser('/api/v1/users/me/password', { method: 'POST', body }),
  reset: async ({ email, password }) =>
    brought
      ? send(`/api/v1/password-resets/${encodeURIComponent(brought)}`, { method: 'POST', body: { password } })
      : send('/api/v1/password-resets/', { method: 'POST', body: { email } }),
};

class EntryForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    this.form.addEventListener('submit', (event) => this.submit(event));
    const by = (name) => this.querySelector(`[data-${name}-token]`);
    if (brought && by('with')) {
      by('with').hidden = false;
      by('without').hidden = true;
    }
    for (const part of this.querySelectorAll('[hidden] input')) part.disabled = true;
    this.querySelector('input:enabled').focus();
  }

  async submit(event) {
    event.preventDefault();
    const [button, wrong] = [this.querySelector('button'), this.querySelector('.wrong')];
    button.disabled = true;
    wrong.hidden = true;
    const does = this.dataset.does;
    const answer = await DOES[does](Object.fromEntries(new FormData(this.form)));
    button.disabled = false;
    if (!answer.ok) {
      wrong.textContent = problem(answer);
      wrong.hidden = false;
    } else if (does === 'reset' && brought) {
      location.assign('/console/log-in');
    } else if (does === 'reset' || does === 'password') {
      this.tell(does === 'reset' ? say('reset-sent') : say('password-changed'));
    } else {
      location.assign(onward());
    }
  }

  tell(text) {
    const right = this.querySelector('.right');
    right.textContent = text;
    right.hidden = false;
    this.form.reset();
  }
}

customElements.define('entry-form', EntryForm);
