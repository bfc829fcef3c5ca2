// The page of an endpoint: the code is written anew at every keystroke, and can be tried.

import { ask, credential, problem, tasks, typedToken } from './client.js';
import { LANGUAGES, codeOf } from './code.js';
import { copy, el, fill, notice } from './dom.js';
import { jsonView } from './json-view.js';
import { number, say } from './words.js';

const REMEMBERED = 'backline-code';
/** What a form begins with, so that a newcomer sees code that does something. */
const BEGIN = {
  audios: { prompt: () => say('begin-prompt'), async: true },
  lyrics: { prompt: () => say('begin-prompt') },
  tasks: { action: 'retrieve' },
};

/** A form as the parts of a request. */
export function read(form) {
  const parts = { path: {}, query: {}, header: {}, body: {} };
  for (const control of form.querySelectorAll('[data-place]')) {
    const value = valueOf(control);
    if (value !== undefined) parts[control.dataset.place][control.name] = value;
  }
  return parts;
}

/** What is filled in, or undefined: then the field is not given. */
function valueOf(control) {
  const { kind } = control.dataset;
  if (kind === 'flag') return control.checked ? true : undefined;
  if (kind === 'listed') return control.checked ? [control.value] : undefined;
  const text = control.value;
  if (text === '') return undefined;
  if (kind === 'number') return Number(text);
  if (kind === 'lines') return text.split(/\s+/).filter(Boolean);
  return text;
}

class ApiPage extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    this.language = localStorage.getItem(REMEMBERED) ?? LANGUAGES[0].id;
    this.begin();
    this.addTabs();
    this.form.addEventListener('input', (event) => this.changed(event));
    this.form.addEventListener('click', (event) => this.draw(event));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    document.addEventListener('caller-changed', () => this.write());
    this.querySelector('[data-copies]').addEventListener('click', (event) => copy(this.code, event.target, say('copied')));
    this.querySelector('[data-tries]').addEventListener('click', (event) => this.try(event.target));
    this.write();
    this.suggest();
  }

  begin() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    const first = Object.keys(given).length > 0 ? given : (BEGIN[this.dataset.operation] ?? {});
    for (const [name, value] of Object.entries(first)) {
      const control = this.form.elements[name];
      if (!control) continue;
      if (control.type === 'checkbox') control.checked = String(value) === 'true';
      else control.value = typeof value === 'function' ? value() : value;
    }
  }

  /** Offers the ids of the newest tasks, or of their songs, where an id is asked for. */
  async suggest() {
    const wanted = [...this.form.querySelectorAll('[data-kind="id"]')];
    if (wanted.length === 0 || !(typedToken() || (await credential()))) return;
    const answer = await tasks({ action: 'retrieve_batch', limit: 12 });
    if (!answer.ok) return;
    for (const control of wanted) {
      const isSong = control.name.endsWith('audio_id');
      const options = answer.json.items.flatMap((task) => {
        const data = [task.response?.data ?? []].flat();
        const songs = data.map((item) => ({ id: item.id ?? item.audio_id, title: item.title ?? task.type }));
        return isSong ? songs.filter((song) => song.id) : [{ id: task.id, title: songs[0]?.title ?? task.type }];
      });
      const list = el('datalist', { id: `${control.id}-known` }, options.map((one) => el('option', { value: one.id }, one.title)));
      control.setAttribute('list', list.id);
      control.after(list);
    }
  }

  changed(event) {
    const slides = event.target.dataset.slides;
    if (slides) document.getElementById(slides).value = event.target.value;
    const slider = this.form.querySelector(`[data-slides="${event.target.id}"]`);
    if (slider) slider.value = event.target.value || slider.defaultValue;
    this.write();
  }

  draw(event) {
    const draws = event.target.dataset.draws;
    if (!draws) return;
    document.getElementById(draws).value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    this.write();
  }

  request() {
    const { path, query, header, body } = read(this.form);
    const { operation, method } = this.dataset;
    const filled = this.dataset.path.replace(/\{(\w+)\}/g, (whole, name) => (path[name] ? encodeURIComponent(path[name]) : whole));
    const search = new URLSearchParams(query).toString();
    const request = { operation, method, path: search ? `${filled}?${search}` : filled, headers: header };
    if (method === 'POST') request.body = body;
    return request;
  }

  write() {
    const request = { ...this.request(), origin: location.origin, token: typedToken() ?? '{token}' };
    this.code = codeOf(this.language, request) ?? `${say('code-none')}\n`;
    this.querySelector('pre.code code').textContent = this.code;
  }

  addTabs() {
    const bar = this.querySelector('.tabs');
    const tab = ({ id, name }) =>
      el('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': 'code', onclick: () => this.choose(id) }, name);
    fill(bar, LANGUAGES.map(tab));
    bar.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = LANGUAGES.findIndex((language) => language.id === this.language);
      this.choose(LANGUAGES[(at + step + LANGUAGES.length) % LANGUAGES.length].id);
      bar.querySelector('[aria-selected="true"]').focus();
    });
    this.choose(LANGUAGES.some((language) => language.id === this.language) ? this.language : LANGUAGES[0].id);
  }

  choose(id) {
    this.language = id;
    localStorage.setItem(REMEMBERED, id);
    for (const tab of this.querySelectorAll('[role="tab"]')) {
      const isChosen = tab.id === `tab-${id}`;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    this.querySelector('pre.code').setAttribute('aria-labelledby', `tab-${id}`);
    this.write();
  }

  async try(button) {
    if (!(typedToken() || (await credential()))) return notice(say('try-needs-token'), 'wrong');
    const result = this.querySelector('.result');
    button.disabled = true;
    result.hidden = false;
    fill(result, el('p', { class: 'hint' }, say('trying')));
    const { path, ...given } = this.request();
    try {
      this.show(result, await ask(path, given));
    } catch (error) {
      fill(result, el('p', { class: 'wrong' }, say('try-failed')));
    }
    button.disabled = false;
  }

  show(result, answer) {
    const seconds = number(answer.seconds, { maximumFractionDigits: 2 });
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const task = answer.json?.task_id ?? (answer.json?.request ? answer.json.id : null);
    fill(
      result,
      el('p', { class: 'status-line' }, el('strong', { class: answer.ok ? 'good' : 'bad' }, `${answer.status}`), ' ', say('took', { seconds }), ' ',
        task ? el('a', { href: `/console/tasks/${task}` }, say('see-task')) : null),
      answer.ok ? null : el('p', { class: 'wrong' }, problem(answer)),
      el('details', {}, el('summary', {}, say('headers')), el('pre', { class: 'code' }, headers)),
      answer.json === null ? el('pre', { class: 'code' }, answer.text) : jsonView(answer.json),
    );
  }
}

customElements.define('api-page', ApiPage);
