// Callbacks: where they went, what was answered, and sending them again.

import { ask, problem } from './client.js';
import { el, fill, notice } from './dom.js';
import { moment, say } from './words.js';

const A_PAGE = 50;

class CallbackList extends HTMLElement {
  connectedCallback() {
    this.state = this.querySelector('select');
    this.body = this.querySelector('tbody');
    this.more = this.querySelector('.more');
    this.state.addEventListener('input', () => this.begin());
    this.more.addEventListener('click', () => this.load());
    this.querySelector('[data-replays-all]').addEventListener('click', (event) => this.replay({ state: 'given_up' }, event.target));
    this.closest('caller-needed').addEventListener('let-in', () => this.begin());
  }

  begin() {
    this.cursor = '';
    fill(this.body);
    return this.load();
  }

  async load() {
    const query = new URLSearchParams({ state: this.state.value, before: this.cursor, limit: A_PAGE });
    const answer = await ask(`/producer/callbacks?${query}`);
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.cursor = answer.json.cursor;
    this.more.hidden = !this.cursor;
    this.body.append(...answer.json.items.map((item) => this.row(item)));
    this.querySelector('.none').hidden = this.body.rows.length > 0;
  }

  row(item) {
    const replay = el('button', { type: 'button', class: 'quiet', onclick: () => this.replay({ id: item.task_id }, replay) }, say('callback-replay'));
    const last = item.last_status ?? item.last_error ?? '—';
    return el(
      'tr',
      {},
      el('td', {}, el('a', { href: `/console/tasks/${item.task_id}` }, item.task_id.slice(0, 8))),
      el('td', {}, el('span', { class: `badge callback-${item.state}` }, say(`callback-${item.state}`))),
      el('td', {}, el('code', {}, item.destination)),
      el('td', {}, String(item.attempts)),
      el('td', {}, String(last)),
      el('td', {}, item.due_at ? moment(item.due_at) : '—'),
      el('td', {}, replay),
    );
  }

  async replay(which, button) {
    button.disabled = true;
    const answer = await ask('/producer/callbacks', { method: 'POST', body: { action: 'replay', ...which } });
    button.disabled = false;
    notice(answer.ok ? say('callback-replayed') : problem(answer), answer.ok ? 'note' : 'wrong');
    if (answer.ok) await this.begin();
  }
}

customElements.define('callback-list', CallbackList);
