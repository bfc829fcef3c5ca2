// The studio: a song without knowing JSON. An order, its takes, and what is made of a take.

import { ask, follow, problem, tasks } from './client.js';
import { el, fill, notice } from './dom.js';
import './player.js';
import { badge, hasEnded, made, order } from './tasks-shared.js';
import { clock, number, say } from './words.js';

const FORECAST_MS = 600;

class SongStudio extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    this.takes = this.querySelector('.takes');
    this.form.addEventListener('submit', (event) => this.make(event));
    this.form.addEventListener('click', (event) => this.clicked(event.target));
    this.form.addEventListener('input', (event) => this.changed(event.target));
    this.form.addEventListener('input', () => this.later());
    this.closest('caller-needed').addEventListener('let-in', () => this.open(), { once: true });
    this.changed(this.form.elements.by[0]);
  }

  /** The task of a song that another page sent here: it becomes the first take. */
  open() {
    const id = location.hash.slice(1);
    if (id) this.follow(id);
  }

  changed(control) {
    if (control.name === 'by') {
      const isIdea = this.form.elements.by.value === 'idea';
      for (const part of this.querySelectorAll('[data-by]')) part.hidden = (part.dataset.by === 'idea') !== isIdea;
    }
    const told = control.type === 'range' ? this.querySelector(`output[for="${control.id}"]`) : null;
    if (told) told.textContent = control.value;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.foresee(), FORECAST_MS);
  }

  /** What the order would cost and when it would be done; nothing is ordered. */
  async foresee() {
    const place = this.querySelector('.forecast');
    const body = this.body();
    if (!body.prompt && !body.lyric) return fill(place);
    const answer = await ask('/producer/audios', { method: 'POST', body: { ...body, dry_run: true } });
    if (!answer.ok) return fill(place, problem(answer));
    const { price, covered, done_in: seconds } = answer.json.data;
    const count = Number(this.form.elements.takes.value);
    const cost = covered ? say('forecast-price', { price: number(price * count) }) : say('forecast-short', { price: number(price * count) });
    fill(place, cost, seconds ? ` · ${say('forecast-time', { time: clock(seconds) })}` : '');
  }

  clicked(target) {
    if (target.dataset.section) this.insert(target.dataset.section);
    if (target.dataset.draws) this.form.elements.seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    if ('writes' in target.dataset) this.write(target);
  }

  /** A mark of a section on a line of its own, where the words are being written. */
  insert(section) {
    const field = this.form.elements.lyric;
    const before = field.value.slice(0, field.selectionStart);
    const mark = `${before && !before.endsWith('\n') ? '\n' : ''}[${section}]\n`;
    field.setRangeText(mark, field.selectionStart, field.selectionEnd, 'end');
    field.focus();
  }

  /** Lets the server write words about the subject. */
  async write(button) {
    const about = this.form.elements.subject.value.trim();
    if (!about) return this.form.elements.subject.focus();
    button.disabled = true;
    const answer = await ask('/producer/lyrics', { method: 'POST', body: { prompt: about } });
    button.disabled = false;
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.form.elements.lyric.value = answer.json.data.text;
    this.form.elements.title.value ||= answer.json.data.title;
  }

  body() {
    const { elements } = this.form;
    const given = (name) => elements[name].value.trim() || undefined;
    const share = (name) => Number(elements[name].value);
    const words = elements.by.value === 'idea' ? { prompt: given('prompt') } : { lyric: given('lyric'), custom: true };
    return {
      action: 'generate', ...words, title: given('title'), model: given('model'), style: given('style'),
      vocal_gender: elements.voice.value || undefined, instrumental: elements.instrumental.checked || undefined,
      weirdness: share('weirdness'), lyrics_strength: share('lyrics_strength'), sound_strength: share('sound_strength'),
    };
  }

  async make(event) {
    event.preventDefault();
    const { elements } = this.form;
    const body = this.body();
    const needed = elements.by.value === 'idea' ? 'prompt' : 'lyric';
    if (!body[needed]) return elements[needed].focus();
    const seed = elements.seed.value ? Number(elements.seed.value) : null;
    for (let take = 0; take < Number(elements.takes.value); take += 1) {
      // Each take is another song; with a seed, the next seeds.
      await this.order(seed === null ? body : { ...body, seed: String((seed + take) % 2 ** 32) });
    }
  }

  async order(body) {
    const answer = await order('audios', body);
    if (!answer.ok) return notice(problem(answer), 'wrong');
    this.follow(answer.json.task_id);
  }

  follow(id) {
    const take = el('studio-take');
    this.takes.prepend(take);
    this.querySelector('.no-takes').hidden = true;
    take.show(id, (body) => this.order(body));
    take.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  }
}

/** One take: how far it is, then how it sounds and what can be made of it. */
class StudioTake extends HTMLElement {
  async show(id, order) {
    this.className = 'card take';
    this.taskId = id;
    this.order = order;
    this.live = new AbortController();
    await this.look();
    if (hasEnded(this.record?.state ?? 'pending')) return;
    const told = (name, data) => (name === 'progress' ? this.progress(data.progress) : this.look());
    follow(`/producer/tasks/${id}/events`, told, this.live.signal);
  }

  disconnectedCallback() {
    this.live?.abort();
  }

  progress(text) {
    const bar = this.querySelector('progress');
    if (bar) bar.value = Number.parseInt(text, 10);
  }

  async look() {
    const answer = await tasks({ action: 'retrieve', id: this.taskId, include: ['assets'] });
    if (!answer.ok) return fill(this, el('p', { class: 'wrong' }, problem(answer)));
    this.record = answer.json;
    const { state, response } = this.record;
    const link = el('a', { href: `/console/tasks/${this.taskId}`, class: 'hint' }, say('take-task'));
    const away = el('button', { type: 'button', class: 'quiet', onclick: () => this.remove() }, say('take-away'));
    const head = el('div', { class: 'take-head' }, badge(state), link, away);
    if (!hasEnded(state)) {
      const cancel = el('button', { type: 'button', class: 'danger', onclick: () => tasks({ action: 'cancel', id: this.taskId }) }, say('cancel'));
      head.lastChild.replaceWith(cancel);
      return fill(this, head, el('progress', { max: 100, value: Number.parseInt(response?.progress ?? '0', 10), 'aria-label': say('progress') }));
    }
    const [item] = made(this.record);
    if (state !== 'succeeded' || !item?.audio_url) return fill(this, head, el('p', { class: 'wrong' }, response?.error?.message ?? ''));
    const player = el('song-player', { selects: '' });
    fill(this, head, player, this.tools(player, item));
    await player.show(item, this.record.assets);
  }

  /** What can be made of it: whole, or of the stretch that is marked on the waveform. */
  tools(player, item) {
    const length = Number(item.duration);
    const second = (label) => el('input', { type: 'number', min: 0, max: length, step: 'any', 'aria-label': label });
    const [start, end] = [second(say('region-start')), second(say('region-end'))];
    const again = el('button', { type: 'button', class: 'quiet', disabled: true }, say('region-replace'));
    const on = el('button', { type: 'button', class: 'quiet' }, say('region-extend', { at: clock(length) }));
    const told = () => {
      const [from, to] = [Number(start.value), Number(end.value)];
      again.disabled = !(start.value !== '' && end.value !== '' && to > from && to <= length);
      on.textContent = say('region-extend', { at: clock(to > 0 ? to : length) });
    };
    player.addEventListener('region', ({ detail }) => {
      start.value = detail ? detail.start.toFixed(2) : '';
      end.value = detail ? detail.end.toFixed(2) : '';
      told();
    });
    for (const field of [start, end]) {
      field.addEventListener('input', told);
      field.addEventListener('change', () => Number(end.value) > Number(start.value) && player.select(Number(start.value), Number(end.value)));
    }
    const audio_id = item.id ?? item.audio_id;
    again.addEventListener('click', () =>
      this.order({ action: 'replace_section', audio_id, replace_section_start: Number(start.value), replace_section_end: Number(end.value) }));
    on.addEventListener('click', () => this.order({ action: 'extend', audio_id, continue_at: Number(end.value) || undefined }));
    const whole = (action) => el('button', { type: 'button', class: 'quiet', onclick: () => this.order({ action, audio_id }) }, say(`action-${action}`));
    return el(
      'div',
      { class: 'tools' },
      el('p', { class: 'hint' }, say('region-about')),
      el('div', { class: 'region' }, start, '–', end, again, on),
      el('div', { class: 'acts' }, whole('variation'), whole('cover'), whole('swap_vocals'), whole('swap_instrumentals')),
    );
  }
}

customElements.define('studio-take', StudioTake);
customElements.define('song-studio', SongStudio);
