// One task: what was made, what can be done with it, and what happened to it.

import { ask, follow, problem, tasks } from './client.js';
import { copy, el, fill, local, notice } from './dom.js';
import { jsonView } from './json-view.js';
import './player.js';
import { badge, codeOfTask, hasEnded, kindOf, made, order, titleOf } from './tasks-shared.js';
import { moment, number, say } from './words.js';

const EDITS = ['extend', 'cover', 'variation'];
/** What can be downloaded of an item, and of a song's assets. */
const FILES = ['audio_url', 'file_url', 'video_url', 'stems_url', 'image_url'];
const ASSETS = ['midi_url', 'lrc_url', 'vtt_url', 'words_url', 'sections_url', 'waveform_url', 'loop_url'];

class TaskPage extends HTMLElement {
  connectedCallback() {
    this.closest('caller-needed').addEventListener('let-in', () => this.begin());
  }

  async begin() {
    this.live?.abort();
    this.live = new AbortController();
    await this.look();
    if (!this.record || hasEnded(this.record.state)) return;
    const told = (name, data) => (name === 'progress' ? this.progress(data.progress) : this.look());
    follow(`/producer/tasks/${this.taskId}/events`, told, this.live.signal);
  }

  get taskId() {
    return location.pathname.split('/').at(-1);
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  async look() {
    const answer = await tasks({ action: 'retrieve', id: this.taskId, include: ['assets'] });
    if (!answer.ok) {
      fill(this.part('head'), el('h1', {}, say('task-unknown')), el('p', { class: 'wrong' }, problem(answer)));
      return;
    }
    const { assets = {}, ...task } = answer.json;
    this.record = task;
    document.title = `${titleOf(task)} · Backline`;
    this.head(task);
    this.songs(task, assets);
    this.acts(task);
    this.files(task, assets);
    fill(this.part('request'), jsonView(task.request));
    fill(this.part('response'), jsonView(task.response));
    await this.timeline(task);
  }

  head(task) {
    const error = task.response?.error;
    fill(
      this.part('head'),
      el('h1', {}, titleOf(task)),
      el('p', { class: 'status-line' }, badge(task.state), ' ', el('span', { class: 'hint' }, kindOf(task)), ' ', el('code', { class: 'hint' }, task.id)),
      hasEnded(task.state) ? null : el('progress', { max: 100, value: Number.parseInt(task.response?.progress ?? '0', 10), 'aria-label': say('progress') }),
      error ? el('p', { class: 'wrong' }, `${error.code}: ${error.message}`) : null,
    );
  }

  progress(text) {
    const bar = this.part('head').querySelector('progress');
    if (bar) bar.value = Number.parseInt(text, 10);
  }

  songs(task, assets) {
    const place = this.part('songs');
    const key = JSON.stringify(made(task));
    // A song that plays is not begun anew because something else was told.
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    const parts = made(task).map((item) => {
      if (item.video_url) return el('video', { src: local(item.video_url), controls: true, preload: 'metadata' });
      if (item.text) return el('pre', { class: 'lyric' }, item.text);
      if (!item.audio_url) return null;
      const player = el('song-player', { class: 'card' });
      player.show(item, assets);
      return player;
    });
    fill(place, parts);
  }

  acts(task) {
    const song = made(task).find((item) => item.audio_url);
    const act = (text, does, kind = 'quiet') => el('button', { type: 'button', class: kind, onclick: (event) => does(event.target) }, text);
    const id = song?.id ?? song?.audio_id;
    fill(
      this.part('acts'),
      hasEnded(task.state) ? null : act(say('cancel'), () => this.cancel(), 'danger'),
      act(say('order-again'), (button) => this.order(button, task.type, task.request)),
      id ? EDITS.map((action) => act(say(`action-${action}`), (button) => this.order(button, 'audios', { action, audio_id: id }))) : null,
      id ? el('a', { class: 'button quiet', href: `/console/studio#${task.id}` }, say('open-in-studio')) : null,
      act(say('copy-as-code'), (button) => copy(codeOfTask(task), button, say('copied'))),
    );
  }

  async order(button, type, body) {
    button.disabled = true;
    const answer = await order(type, body);
    button.disabled = false;
    if (!answer.ok) return notice(problem(answer), 'wrong');
    // The token that was typed in stays with this page: whoever has no session stays here.
    history.pushState(null, '', `/console/tasks/${answer.json.task_id}`);
    scrollTo(0, 0);
    this.part('songs').dataset.shown = '';
    await this.begin();
  }

  async cancel() {
    const answer = await tasks({ action: 'cancel', id: this.taskId });
    if (!answer.ok) return notice(problem(answer), 'wrong');
    await this.look();
  }

  files(task, assets) {
    const of = (from, keys) => keys.map((key) => [key, local(from[key])]).filter(([, url]) => url);
    const all = [...made(task).flatMap((item) => of(item, FILES)), ...of(assets, ASSETS)];
    this.part('files').closest('section').hidden = all.length === 0;
    const link = ([key, url]) => el('li', {}, el('a', { href: url, download: url.split('/').at(-1) }, say(`file-${key.replace('_url', '')}`)), ' ', el('span', { class: 'hint' }, url.split('/').at(-1)));
    fill(this.part('files'), all.map(link));
  }

  async timeline(task) {
    const events = [[task.created_at, say('time-ordered'), null]];
    if (task.started_at) events.push([task.started_at, say('time-started'), say('time-waited', { seconds: seconds(task.started_at - task.created_at) })]);
    if (task.finished_at) {
      const took = task.elapsed === undefined ? null : say('time-took', { seconds: seconds(task.elapsed) });
      events.push([task.finished_at, say(`state-${task.state}`), took]);
    }
    const callback = task.request?.callback_url ? await ask(`/producer/callbacks/${task.id}`) : null;
    const history = callback?.ok ? callback.json.history : [];
    for (const attempt of history) {
      const answer = attempt.status ?? attempt.error ?? '';
      const detail = [say('time-took', { seconds: seconds(attempt.duration) }), attempt.answer].filter(Boolean).join(' · ');
      events.push([attempt.at, say('time-callback', { answer }), detail]);
    }
    const shown = events.sort((one, other) => one[0] - other[0]).map(([at, what, detail]) =>
      el('li', {}, el('time', { dateTime: new Date(at * 1000).toISOString() }, moment(at)), el('span', {}, what), detail ? el('span', { class: 'hint' }, detail) : null));
    fill(this.part('timeline'), shown);
    this.part('callback').hidden = !callback?.ok;
    if (callback?.ok) this.callback(callback.json);
  }

  callback(told) {
    const replay = el('button', { type: 'button', class: 'quiet', onclick: () => this.replay(replay) }, say('callback-replay'));
    fill(this.part('callback'), el('p', {}, say('callback-to', { destination: told.destination }), ' ', el('strong', {}, say(`callback-${told.state}`)), ' ', replay));
  }

  async replay(button) {
    button.disabled = true;
    const answer = await ask('/producer/callbacks', { method: 'POST', body: { action: 'replay', id: this.taskId } });
    button.disabled = false;
    notice(answer.ok ? say('callback-replayed') : problem(answer), answer.ok ? 'note' : 'wrong');
    if (answer.ok) setTimeout(() => this.look(), 1500);
  }
}

function seconds(value) {
  return number(value, { maximumFractionDigits: 2 });
}

customElements.define('task-page', TaskPage);
