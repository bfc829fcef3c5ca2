// The list of tasks: live, filtered, and endless. Only what is near the window is in the document.

import { follow, tasks } from './client.js';
import { el, fill, local } from './dom.js';
import { badge, kindOf, made, titleOf } from './tasks-shared.js';
import { clock, moment, number, say } from './words.js';

const ROW = 76;
const A_PAGE = 60;
const AROUND = 12;
/** Most records that are read in one go when a filter that the API does not have finds few. */
const MOST_SEARCHED = 1200;
const GATHER_MS = 250;
const MOST_GATHERED = 100;

class TaskList extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    this.rows = this.querySelector('.rows');
    this.rows.style.setProperty('--row', `${ROW}px`);
    this.drawn = new Map();
    this.form.addEventListener('input', () => this.later('restart', () => this.restart(), 250));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    addEventListener('scroll', () => this.draw(), { passive: true });
    addEventListener('resize', () => this.draw());
    this.closest('caller-needed').addEventListener('let-in', () => this.begin());
  }

  begin() {
    this.live?.abort();
    this.live = new AbortController();
    this.restart();
    follow('/producer/events?after=latest', (name, event) => this.happened(event), this.live.signal);
  }

  later(name, does, wait) {
    this.timers ??= {};
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(does, wait);
  }

  /** What the API filters by, and what is looked at here. */
  filters() {
    const given = Object.fromEntries(new FormData(this.form));
    const day = (text, plus) => (text ? new Date(`${text}T00:00:00`).getTime() / 1000 + plus : undefined);
    const asked = { type: given.type || undefined, created_at_min: day(given.from, 0), created_at_max: day(given.to, 86399) };
    if (given.application) asked.application_id = given.application;
    const sought = given.text.trim().toLowerCase();
    const fits = (task) => (!given.state || task.state === given.state) && (!sought || textOf(task).includes(sought));
    return { asked, fits };
  }

  restart() {
    this.loading?.abort();
    this.loading = null;
    this.filter = this.filters();
    this.found = [];
    this.known = new Set();
    this.offset = 0;
    this.total = null;
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.load();
  }

  async load() {
    if (this.loading || (this.total !== null && this.offset >= this.total)) return;
    const loading = (this.loading = new AbortController());
    const before = this.found.length;
    try {
      for (let read = 0; read < MOST_SEARCHED; read += A_PAGE) {
        const body = { action: 'retrieve_batch', limit: A_PAGE, offset: this.offset, ...this.filter.asked };
        const answer = await tasks(body, loading.signal);
        if (!answer.ok) break;
        this.total = answer.json.count;
        this.offset += answer.json.items.length;
        for (const task of answer.json.items) this.add(task, false);
        if (this.found.length - before >= A_PAGE / 2 || this.offset >= this.total || answer.json.items.length === 0) break;
      }
    } catch (error) {
      if (loading.signal.aborted) return;
    }
    this.loading = null;
    this.tell();
    this.draw();
  }

  add(task, isNew) {
    if (this.known.has(task.id) || !this.filter.fits(task)) return;
    this.known.add(task.id);
    // What a row shows is little; the record is not kept.
    const [first] = made(task);
    const row = {
      id: task.id, type: task.type, state: task.state, created_at: task.created_at, title: titleOf(task), kind: kindOf(task),
      image: local(first?.image_url), seconds: Number(first?.duration ?? NaN), error: task.response?.error?.message,
    };
    if (isNew) this.found.unshift(row);
    else this.found.push(row);
  }

  tell() {
    const all = this.offset >= (this.total ?? 0);
    const found = number(this.found.length);
    const text = this.total === 0 ? say('tasks-none') : all ? say('tasks-found', { found }) : say('tasks-so-far', { found, total: number(this.total ?? 0) });
    this.querySelector('.count').textContent = text;
    this.querySelector('.more').hidden = all;
  }

  happened({ task_id: id }) {
    this.waiting ??= new Set();
    this.waiting.add(id);
    this.later('gather', () => this.gather(), GATHER_MS);
  }

  async gather() {
    const ids = [...this.waiting].slice(0, MOST_GATHERED);
    for (const id of ids) this.waiting.delete(id);
    if (this.waiting.size > 0) this.later('gather', () => this.gather(), GATHER_MS);
    const answer = await tasks({ action: 'retrieve_batch', ids });
    if (!answer.ok) return;
    const { type, created_at_min: least = 0, created_at_max: most = Infinity } = this.filter.asked;
    for (const task of answer.json.items.reverse()) {
      const at = this.found.findIndex((row) => row.id === task.id);
      if (at >= 0) {
        this.found.splice(at, 1);
        this.known.delete(task.id);
        this.drawn.get(task.id)?.remove();
        this.drawn.delete(task.id);
      }
      const fits = (!type || type === task.type) && task.created_at >= least && task.created_at <= most;
      if (!fits) continue;
      this.add(task, true);
      if (at > 0 && this.found[0]?.id === task.id) this.found.splice(at, 0, this.found.shift());
      if (at < 0) {
        this.offset += 1;
        this.total = (this.total ?? 0) + 1;
      }
    }
    this.tell();
    this.draw();
  }

  draw() {
    const top = this.rows.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / ROW) - AROUND);
    const last = Math.min(this.found.length, Math.ceil((innerHeight - top) / ROW) + AROUND);
    this.rows.style.height = `${this.found.length * ROW}px`;
    const wanted = new Set();
    for (let at = first; at < last; at += 1) {
      const task = this.found[at];
      wanted.add(task.id);
      let row = this.drawn.get(task.id);
      if (!row) {
        row = rowOf(task);
        this.drawn.set(task.id, row);
        this.rows.append(row);
      }
      row.style.top = `${at * ROW}px`;
      row.ariaPosInSet = String(at + 1);
      row.ariaSetSize = String(this.total ?? this.found.length);
    }
    for (const [id, row] of this.drawn) {
      if (wanted.has(id)) continue;
      row.remove();
      this.drawn.delete(id);
    }
    if (last >= this.found.length - AROUND && this.filter) this.load();
  }
}

/** Where text is looked for: titles, prompts and lyrics. */
function textOf(task) {
  const request = task.request && typeof task.request === 'object' ? task.request : {};
  const parts = [request.title, request.prompt, request.lyric, ...made(task).flatMap((item) => [item.title, item.lyric, item.text])];
  return parts.filter((part) => typeof part === 'string').join('\n').toLowerCase();
}

function rowOf(task) {
  const glyph = el('span', { class: `glyph ${task.type}`, 'aria-hidden': 'true' });
  const picture = task.image ? el('img', { src: task.image, alt: '', loading: 'lazy', width: 48, height: 48 }) : glyph;
  // Its file may be gone, as after a backup without files.
  picture.addEventListener('error', () => picture.replaceWith(glyph));
  return el(
    'li',
    {},
    el(
      'a',
      { href: `/console/tasks/${task.id}` },
      picture,
      el('span', { class: 'row-title' }, el('strong', {}, task.title), el('span', { class: 'hint' }, task.error ?? task.kind)),
      el('span', { class: 'row-length' }, Number.isFinite(task.seconds) ? clock(task.seconds) : ''),
      el('time', { dateTime: new Date(task.created_at * 1000).toISOString() }, moment(task.created_at, { dateStyle: 'short', timeStyle: 'short' })),
      badge(task.state),
    ),
  );
}

customElements.define('task-list', TaskList);
