// The start page of whoever is logged in: acquire the service, see what is left of the quota.

import { SERVICE, asUser, forget, problem, user } from './client.js';
import { el, fill, notice } from './dom.js';
import { number, say } from './words.js';

class AcquireService extends HTMLElement {
  async connectedCallback() {
    if (!(await user())) return;
    const answer = await asUser(`/api/v1/applications/?user_id=me&service_id=${SERVICE}`);
    if (!answer.ok) return notice(problem(answer), 'wrong');
    const [application] = answer.json.items;
    if (application) this.acquired(application);
    else this.offer();
  }

  offer() {
    const acquire = el('button', { type: 'button', onclick: () => this.acquire(acquire) }, say('acquire'));
    fill(this, el('p', { class: 'hint' }, say('acquire-about')), el('p', {}, acquire));
  }

  async acquire(button) {
    button.disabled = true;
    const answer = await asUser('/api/v1/applications/', { method: 'POST', body: { service_id: SERVICE, type: 'Usage' } });
    button.disabled = false;
    if (!answer.ok) return notice(problem(answer), 'wrong');
    // The console itself calls with a credential, whose token nobody needs to see.
    const body = { application_id: answer.json.id, name: say('credential-console') };
    const made = await asUser('/api/v1/credentials/', { method: 'POST', body });
    if (!made.ok) notice(problem(made), 'wrong');
    forget();
    notice(say('acquired'));
    await this.connectedCallback();
    this.querySelector('a')?.focus();
  }

  acquired(application) {
    const left = application.remaining_amount;
    const amount = left === null || left === undefined ? say('quota-unbounded') : number(left);
    fill(
      this,
      el('p', { class: 'figure' }, el('strong', {}, amount), ' ', say('quota-left')),
      el('p', {}, el('a', { class: 'button', href: '/console/studio' }, say('acquired-song')), ' ',
        el('a', { class: 'button quiet', href: '/console/credentials' }, say('acquired-token')), ' ',
        el('a', { class: 'button quiet', href: '/console/apis/audios' }, say('acquired-api'))),
    );
  }
}

customElements.define('acquire-service', AcquireService);
