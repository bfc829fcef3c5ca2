// What is around every page: who is logged in, and with what the API is called.

import { asUser, canCall, credential, credentials, forget, problem, typedToken, useCredential, useToken, user } from './client.js';
import { el, fill, notice } from './dom.js';
import { say } from './words.js';

const OTHER = 'other';

/** Whoever is logged in, and the way out. */
class AccountCorner extends HTMLElement {
  async connectedCallback() {
    const somebody = await user();
    if (!somebody) return;
    const out = el('button', { type: 'button', class: 'quiet', onclick: () => this.logOut() }, say('log-out'));
    fill(this, el('a', { class: 'who', href: '/console/password' }, somebody.email), out);
    const isOperator = somebody.role === 'operator';
    for (const entry of document.querySelectorAll('[data-for-operators]')) entry.hidden = !isOperator;
  }

  async logOut() {
    const answer = await asUser('/api/v1/session', { method: 'DELETE' });
    if (!answer.ok) return notice(problem(answer), 'wrong');
    sessionStorage.clear();
    forget();
    location.assign('/console/');
  }
}

/** With what the API is called: a credential of whoever is logged in, or a token that is typed in. */
class CredentialChoice extends HTMLElement {
  async connectedCallback() {
    const [known, used] = [await credentials(), await credential()];
    const id = this.getAttribute('for-id') ?? 'credential';
    if (known.length === 0) return fill(this, this.typing(id));
    const option = (value, text) => el('option', { value, selected: value === used?.id && !typedToken() }, text);
    const choice = el(
      'select',
      { id, onchange: () => this.chosen(choice) },
      known.map((one) => option(one.id, `${one.name || say('credential-unnamed')} ····${one.last_four ?? ''}`)),
      option(OTHER, say('credential-other')),
    );
    const other = this.typing(`${id}-token`);
    other.hidden = true;
    fill(this, choice, other);
  }

  chosen(choice) {
    const isOther = choice.value === OTHER;
    this.lastElementChild.hidden = !isOther;
    if (!isOther) useCredential(choice.value);
    else this.lastElementChild.focus();
  }

  typing(id) {
    return el('input', {
      id, type: 'password', autocomplete: 'off', spellcheck: false, placeholder: say('credential-token'),
      'aria-label': say('credential-token'), oninput: (event) => useToken(event.target.value),
    });
  }
}

/** What a page needs somebody for: shown in place of its content until there is somebody. */
class CallerNeeded extends HTMLElement {
  async connectedCallback() {
    this.content = [...this.children];
    document.addEventListener('caller-changed', () => this.look());
    await this.look();
  }

  async look() {
    const can = await canCall();
    for (const part of this.content) part.hidden = !can;
    this.door?.remove();
    if (can) return this.dispatchEvent(new CustomEvent('let-in'));
    const somebody = await user();
    const way = somebody
      ? el('a', { class: 'button', href: '/console/' }, say('caller-acquire'))
      : el('a', { class: 'button', href: `/console/log-in?to=${encodeURIComponent(location.pathname)}` }, say('caller-log-in'));
    const field = el('div', { class: 'field' }, el('label', { for: 'caller-token' }, say('caller-token')), this.tokenForm());
    this.door = el('div', { class: 'card door' }, el('p', {}, say('caller-needed')), el('p', {}, way), field);
    this.prepend(this.door);
  }

  tokenForm() {
    const input = el('input', { id: 'caller-token', type: 'password', autocomplete: 'off', spellcheck: false });
    const go = (event) => {
      event.preventDefault();
      useToken(input.value);
    };
    return el('form', { class: 'with-button', onsubmit: go }, input, el('button', {}, say('caller-use')));
  }
}

customElements.define('account-corner', AccountCorner);
customElements.define('credential-choice', CredentialChoice);
customElements.define('caller-needed', CallerNeeded);
