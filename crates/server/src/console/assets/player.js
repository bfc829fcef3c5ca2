// A song: sound, waveform, cover and the words as they are sung.

import { el, fill, local } from './dom.js';
import { clock, say } from './words.js';

const STEP_SECONDS = 5;
const BAR = 3;

/** Only one song plays at a time. */
let playing = null;

/**
 * `<song-player>`: `show(item, assets)` gives it a song. With the attribute `selects`, dragging over the waveform
 * chooses a stretch of it, told as `region` with `{start, end}`.
 */
export class SongPlayer extends HTMLElement {
  async show(item, assets = {}) {
    this.item = item;
    this.duration = Number(item.duration ?? 0);
    this.region = null;
    this.audio = el('audio', { src: local(item.audio_url), preload: 'metadata' });
    this.button = el('button', { type: 'button', class: 'play', onclick: () => this.toggle(), 'aria-label': say('play') });
    this.canvas = el('canvas', {
      tabIndex: 0, role: 'slider', 'aria-label': say('seek'), 'aria-valuemin': '0', 'aria-valuemax': String(Math.round(this.duration)),
    });
    this.time = el('span', { class: 'player-time' });
    this.words = el('div', { class: 'words', hidden: true });
    const cover = local(item.image_url);
    fill(
      this,
      this.audio,
      el('div', { class: 'player' }, cover ? el('img', { class: 'cover', src: cover, alt: say('cover-of', { title: item.title ?? '' }), width: 160, height: 160 }) : null,
        el('div', { class: 'player-main' }, el('h3', {}, item.title || item.id), el('div', { class: 'player-row' }, this.button, this.canvas), this.time)),
      this.words,
    );
    this.listen();
    this.tick();
    await Promise.all([this.loadPeaks(assets.waveform_url), this.loadWords(assets.words_url)]);
    if (this.lines === undefined) this.plainWords(item.lyric);
  }

  listen() {
    const { audio, canvas } = this;
    for (const name of ['timeupdate', 'seeked', 'loadedmetadata']) audio.addEventListener(name, () => this.tick());
    audio.addEventListener('play', () => this.began());
    audio.addEventListener('pause', () => this.stopped());
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => this.paint()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint());
  }

  disconnectedCallback() {
    this.audio?.pause();
  }

  toggle() {
    if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  began() {
    if (playing && playing !== this) playing.audio.pause();
    playing = this;
    this.button.classList.add('is-playing');
    this.button.setAttribute('aria-label', say('pause'));
    const frame = () => {
      if (this.audio.paused) return;
      this.tick();
      requestAnimationFrame(frame);
    };
    frame();
  }

  stopped() {
    this.button.classList.remove('is-playing');
    this.button.setAttribute('aria-label', say('play'));
    this.tick();
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.05));
    this.tick();
  }

  press(event) {
    const { canvas } = this;
    const box = canvas.getBoundingClientRect();
    const at = (one) => Math.min(1, Math.max(0, (one.clientX - box.left) / box.width)) * this.duration;
    const start = at(event);
    canvas.setPointerCapture(event.pointerId);
    const move = (one) => {
      const [here, isDrag] = [at(one), Math.abs(one.clientX - event.clientX) > 4];
      if (!this.hasAttribute('selects')) return this.seek(here);
      if (isDrag) this.select(Math.min(start, here), Math.max(start, here));
    };
    const up = (one) => {
      canvas.removeEventListener('pointermove', move);
      if (Math.abs(one.clientX - event.clientX) <= 4) this.seek(start);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', up, { once: true });
    if (!this.hasAttribute('selects')) this.seek(start);
  }

  /** Marks a stretch of the song, in seconds. */
  select(start, end) {
    this.region = end > start ? { start, end } : null;
    this.paint();
    this.dispatchEvent(new CustomEvent('region', { detail: this.region }));
  }

  key(event) {
    const steps = { ArrowRight: STEP_SECONDS, ArrowUp: STEP_SECONDS, ArrowLeft: -STEP_SECONDS, ArrowDown: -STEP_SECONDS };
    if (event.key in steps) this.seek(this.audio.currentTime + steps[event.key]);
    else if (event.key === 'Home') this.seek(0);
    else if (event.key === 'End') this.seek(this.duration);
    else if (event.key === ' ') this.toggle();
    else return;
    event.preventDefault();
  }

  tick() {
    const now = this.audio.currentTime;
    if (Number.isFinite(this.audio.duration)) this.duration = this.audio.duration;
    this.time.textContent = `${clock(now)} / ${clock(this.duration)}`;
    this.canvas.ariaValueNow = String(Math.round(now));
    this.canvas.ariaValueText = say('of-length', { now: clock(now), length: clock(this.duration) });
    this.paint();
    this.follow(now);
  }

  async loadPeaks(url) {
    const told = await json(url);
    this.peaks = Array.isArray(told?.data) ? told.data.map((value) => value / (told.bits === 16 ? 32768 : 128)) : null;
    this.paint();
  }

  /** The loudest of the song's peaks that fall to each bar. */
  bars(count) {
    const pairs = this.peaks ? this.peaks.length / 2 : 0;
    if (pairs === 0) return Array(count).fill(0.12);
    return Array.from({ length: count }, (_, bar) => {
      const [from, to] = [Math.floor((bar * pairs) / count), Math.max(Math.floor(((bar + 1) * pairs) / count), Math.floor((bar * pairs) / count) + 1)];
      let most = 0;
      for (let at = from; at < to && at < pairs; at += 1) most = Math.max(most, -this.peaks[2 * at], this.peaks[2 * at + 1]);
      return most;
    });
  }

  paint() {
    const { canvas } = this;
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
    if (!width) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext('2d');
    // The style sheet says what is played, what is not, and what is chosen.
    const { color: played, borderTopColor: ahead, caretColor: chosen } = getComputedStyle(canvas);
    pen.scale(ratio, ratio);
    const at = (seconds) => (this.duration ? (seconds / this.duration) * width : 0);
    if (this.region) {
      pen.fillStyle = chosen;
      pen.globalAlpha = 0.3;
      pen.fillRect(at(this.region.start), 0, at(this.region.end) - at(this.region.start), height);
      pen.globalAlpha = 1;
    }
    const done = at(this.audio.currentTime);
    const count = Math.max(1, Math.floor(width / (BAR + 1)));
    if (this.shaped?.count !== count || this.shaped.peaks !== this.peaks) this.shaped = { count, peaks: this.peaks, bars: this.bars(count) };
    this.shaped.bars.forEach((loud, bar) => {
      const [left, tall] = [bar * (BAR + 1), Math.max(2, loud * height)];
      pen.fillStyle = left < done ? played : ahead;
      pen.fillRect(left, (height - tall) / 2, BAR, tall);
    });
  }

  async loadWords(url) {
    const told = await json(url);
    if (!Array.isArray(told?.lines) || told.lines.length === 0) return;
    this.lines = told.lines.map((line) => {
      const parts = line.words.map((word) => ({ ...word, shown: el('span', {}, word.text) }));
      const shown = el('p', { class: 'line' }, parts.flatMap((word, at) => (at > 0 && needsBlank(parts[at - 1].text, word.text) ? [' ', word.shown] : [word.shown])));
      shown.addEventListener('click', () => this.seek(line.start_seconds));
      return { ...line, parts, shown };
    });
    let section = null;
    const shown = this.lines.flatMap((line) => {
      const head = line.section === section ? [] : [el('p', { class: 'section' }, nameOf(section = line.section))];
      return [...head, line.shown];
    });
    fill(this.words, shown);
    this.words.hidden = false;
  }

  plainWords(lyric) {
    if (!lyric) return;
    fill(this.words, lyric.split('\n').map((line) => el('p', { class: line.startsWith('[') ? 'section' : 'line' }, line.replace(/^\[|\]$/g, ''))));
    this.words.hidden = false;
  }

  follow(now) {
    if (!this.lines) return;
    const current = this.lines.findLast((line) => line.start_seconds <= now + 0.05);
    for (const line of this.lines) {
      const isCurrent = line === current && now > 0;
      line.shown.classList.toggle('current', isCurrent);
      for (const word of line.parts) word.shown.classList.toggle('sung', isCurrent && word.start_seconds <= now + 0.05);
    }
    if (current && current !== this.seen && !this.audio.paused) {
      this.seen = current;
      // Within its own box: the page stays where it is.
      const box = this.words;
      box.scrollTo({ top: current.shown.offsetTop - box.offsetTop - box.clientHeight / 2, behavior: 'smooth' });
    }
  }
}

/** `verse-1` as people would say it. */
function nameOf(section) {
  return section.replaceAll('-', ' ');
}

/** Words of letters stand apart; Chinese characters do not. */
function needsBlank(before, after) {
  return !/\p{Script=Han}$/u.test(before) || !/^\p{Script=Han}/u.test(after);
}

async function json(url) {
  const from = local(url);
  if (!from) return null;
  try {
    const answer = await fetch(from);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

customElements.define('song-player', SongPlayer);
