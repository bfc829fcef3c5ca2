// For whoever runs the server: its users, and invitations.

import { asUser, problem, user } from './client.js';
import { copy, el, notice } from './dom.js';
import { moment, say } from './words.js';

const A_PAGE = 100;

class OperatorView extends HTMLElement {
  async connectedCallback() {
    this.body = this.querySelector('tbody');
    this.more = this.querySelector('.more');
    this.more.addEventListener('click', () => this.load());
    this.querySelector('form').addEventListener('submit', (event) => this.invite(event));
    this.querySelector('[data-copies]').addEventListener('click', (event) =>
      copy(this.querySelector('.token').textContent, event.target, say('copied')));
    this.somebody = await user();
    const isOperator = this.somebody?.role === 'operator';
    this.querySelector('.operators').hidden = !isOperator;
    this.querySelector('.refused').hidden = isOperator;
    if (isOperator) await this.load();
  }

  async load() {
    const answer = await asUser(`/api/v1/users/?limit=${A_PAGE}&offset=${this.body.rows.length}`);
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.body.append(...answer.json.items.map((one) => this.row(one)));
    this.more.hidden = this.body.rows.length >= answer.json.count;
  }

  row(one) {
    const isSelf = one.id === this.somebody.id;
    const act = (text, change, kind) =>
      el('button', { type: 'button', class: kind, disabled: isSelf, onclick: (event) => this.change(one, change, event.target) }, text);
    const isOperator = one.role === 'operator';
    return el(
      'tr',
      {},
      el('td', {}, one.email),
      el('td', {}, say(`role-${one.role}`)),
      el('td', {}, el('span', { class: `badge ${one.disabled ? 'failed' : 'succeeded'}` }, one.disabled ? say('user-off') : say('user-on'))),
      el('td', {}, moment(Date.parse(one.created_at) / 1000, { dateStyle: 'medium' })),
      el('td', { class: 'acts' },
        isOperator ? act(say('make-user'), { role: 'user' }, 'quiet') : act(say('make-operator'), { role: 'operator' }, 'quiet'),
        one.disabled ? act(say('switch-on'), { disabled: false }, 'quiet') : act(say('switch-off'), { disabled: true }, 'danger')),
    );
  }

  async change(one, change, button) {
    button.disabled = true;
    const answer = await asUser(`/api/v1/users/${one.id}/`, { method: 'POST', body: change });
    button.disabled = false;
    if (!answer.ok) return notice(problem(answer), 'wrong');
    button.closest('tr').replaceWith(this.row(answer.json));
  }

  async invite(event) {
    event.preventDefault();
    const email = event.target.elements.email.value;
    const answer = await asUser('/api/v1/invitations/', { method: 'POST', body: email ? { email } : {} });
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.querySelector('.token').textContent = answer.json.url;
    this.querySelector('.fresh').hidden = false;
  }
}

customElements.define('operator-view', OperatorView);
