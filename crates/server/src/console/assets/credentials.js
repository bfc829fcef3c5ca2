// Credentials: made, replaced and revoked. A token is shown once.

import { SERVICE, asUser, forget, problem, user } from './client.js';
import { copy, el, fill, notice } from './dom.js';
import { moment, number, say } from './words.js';

class CredentialList extends HTMLElement {
  async connectedCallback() {
    this.form = this.querySelector('form');
    this.form.addEventListener('submit', (event) => this.make(event));
    this.querySelector('[data-copies]').addEventListener('click', (event) =>
      copy(this.querySelector('.token').textContent, event.target, say('copied')));
    const somebody = await user();
    this.querySelector('.signed-out').hidden = somebody !== null;
    if (somebody) await this.look();
  }

  async look() {
    const answer = await asUser(`/api/v1/applications/?user_id=me&service_id=${SERVICE}`);
    if (!answer.ok) return notice(problem(answer), 'wrong');
    const applications = answer.json.items;
    this.form.hidden = applications.length === 0;
    const named = (application) => application.name || application.id.slice(0, 8);
    fill(this.form.elements.application, applications.map((one) => el('option', { value: one.id }, named(one))));
    const rows = applications.flatMap((application) => (application.credentials ?? []).map((one) => this.row(one)));
    fill(this.querySelector('tbody'), rows);
  }

  row(credential) {
    const act = (text, does, kind) => el('button', { type: 'button', class: kind, onclick: (event) => does(event.target) }, text);
    const used = number(credential.used_amount ?? 0) + (credential.limited_amount ? ` / ${number(credential.limited_amount)}` : '');
    const end = credential.expired_at ? Date.parse(credential.expired_at) / 1000 : null;
    return el(
      'tr',
      {},
      el('td', {}, credential.name || say('credential-unnamed')),
      el('td', {}, el('code', {}, `····${credential.last_four ?? ''}`)),
      el('td', {}, (credential.apis ?? []).join(', ') || say('credential-all-apis')),
      el('td', {}, used),
      el('td', {}, end ? moment(end, { dateStyle: 'medium' }) : '—'),
      el('td', { class: 'acts' },
        act(say('credential-rotate'), (button) => this.rotate(credential, button), 'quiet'),
        act(say('credential-revoke'), (button) => this.revoke(credential, button), 'danger')),
    );
  }

  async make(event) {
    event.preventDefault();
    const { application, name, until } = this.form.elements;
    const boxes = [...this.form.querySelectorAll('[name="apis"]')];
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    const body = { application_id: application.value };
    if (name.value) body.name = name.value;
    if (until.value) body.expired_at = new Date(`${until.value}T23:59:59`).toISOString();
    if (chosen.length < boxes.length) body.apis = chosen;
    await this.fresh(await asUser('/api/v1/credentials/', { method: 'POST', body }));
  }

  async rotate(credential, button) {
    button.disabled = true;
    await this.fresh(await asUser(`/api/v1/credentials/${credential.id}/rotate/`, { method: 'POST', body: {} }));
    button.disabled = false;
  }

  /** Shows a token, the only time. */
  async fresh(answer) {
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.querySelector('.token').textContent = answer.json.token;
    this.querySelector('.fresh').hidden = false;
    this.querySelector('.fresh').scrollIntoView({ block: 'nearest' });
    forget();
    await this.look();
  }

  /** Twice pressed: what is revoked does not come back. */
  async revoke(credential, button) {
    if (!button.dataset.sure) {
      button.dataset.sure = 'yes';
      button.textContent = say('credential-sure');
      return;
    }
    const answer = await asUser(`/api/v1/credentials/${credential.id}/`, { method: 'DELETE' });
    notice(answer.ok ? say('credential-revoked') : problem(answer), answer.ok ? 'note' : 'wrong');
    forget();
    await this.look();
  }
}

customElements.define('credential-list', CredentialList);
