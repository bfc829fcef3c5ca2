// What was ordered and what it cost: a chart by days, a table, and a file.

import { ask, problem } from './client.js';
import { el, fill, notice } from './dom.js';
import { moment, number, say } from './words.js';

const A_PAGE = 100;
const DAYS = 30;
const DAY_SECONDS = 86400;
const KINDS = ['audios', 'lyrics', 'upload', 'videos', 'wav'];
const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, HEAD, FOOT] = [900, 180, 18, 22];

class UsageView extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
    const now = Date.now() / 1000;
    this.form.elements.from.value = day(now - (DAYS - 1) * DAY_SECONDS);
    this.form.elements.to.value = day(now);
    this.form.addEventListener('input', () => this.look());
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.querySelector('[data-saves]').addEventListener('click', () => this.save());
    this.closest('caller-needed').addEventListener('let-in', () => this.look());
  }

  query(more) {
    const { from, to } = this.form.elements;
    const query = new URLSearchParams({ group_by: 'day,api', ...more });
    if (from.value) query.set('created_at_min', Date.parse(from.value) / 1000);
    if (to.value) query.set('created_at_max', Date.parse(to.value) / 1000);
    return `/api/v1/usage/apis/aggregate/?${query}`;
  }

  async look() {
    const items = [];
    let answer;
    do {
      answer = await ask(this.query({ limit: A_PAGE, offset: items.length }));
      if (!answer.ok) return notice(problem(answer), 'wrong');
      items.push(...answer.json.items);
    } while (answer.json.items.length > 0 && items.length < answer.json.count);
    this.total(answer.json.total);
    this.table(items);
    const { from, to } = this.form.elements;
    fill(this.querySelector('.chart'), chart(items, from.value, to.value));
  }

  total(total) {
    const figure = (value, text) => el('p', { class: 'figure' }, el('strong', {}, number(value)), ' ', text);
    const { ordered, succeeded, failed, cancelled, amount } = total;
    fill(this.querySelector('.figures'), figure(amount, say('usage-credits')), figure(ordered, say('usage-ordered')),
      figure(succeeded, say('state-succeeded')), figure(failed, say('state-failed')), figure(cancelled, say('state-cancelled')));
  }

  table(items) {
    const row = (item) => el('tr', {}, el('td', {}, item.day), el('td', {}, say(`type-${item.type}`)),
      [item.ordered, item.succeeded, item.failed, item.cancelled, item.amount].map((value) => el('td', { class: 'amount' }, number(value))));
    fill(this.querySelector('tbody'), items.map(row));
    this.querySelector('.none').hidden = items.length > 0;
  }

  async save() {
    const answer = await ask(this.query({ format: 'csv' }), { headers: { accept: 'text/csv' } });
    if (!answer.ok) return notice(problem(answer), 'wrong');
    const url = URL.createObjectURL(new Blob([answer.text], { type: 'text/csv' }));
    el('a', { href: url, download: 'usage.csv' }).click();
    URL.revokeObjectURL(url);
  }
}

function svg(tag, given, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A bar for each day from `from` to `to`, of a part for each kind. The table beside it says the same in numbers. */
function chart(items, from, to) {
  const days = [...new Set(items.map((item) => item.day))].sort();
  const most = Math.max(1, ...days.map((day) => items.filter((item) => item.day === day).reduce((sum, item) => sum + item.ordered, 0)));
  const [first, last] = [Date.parse(from || days[0]), Date.parse(to || days.at(-1))];
  const count = Math.max(1, Math.round((last - first) / 1000 / DAY_SECONDS) + 1) || 1;
  const step = WIDTH / count;
  const scale = (HEIGHT - FOOT - HEAD) / most;
  const parts = [svg('line', { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, class: 'axis' })];
  for (const day of days) {
    const left = Math.round((Date.parse(day) - first) / 1000 / DAY_SECONDS) * step;
    let top = HEIGHT - FOOT;
    for (const kind of KINDS) {
      const item = items.find((one) => one.day === day && one.type === kind);
      if (!item) continue;
      top -= item.ordered * scale;
      const title = svg('title', {}, `${day} · ${say(`type-${kind}`)}: ${number(item.ordered)}`);
      parts.push(svg('rect', { x: left + 1, y: top, width: Math.max(1, Math.min(step - 2, 48)), height: item.ordered * scale, class: `bar ${kind}` }, title));
    }
  }
  const dated = (at, given) => {
    if (!Number.isFinite(at)) return;
    const text = moment(at / 1000, { month: 'short', day: 'numeric', timeZone: 'UTC' });
    parts.push(svg('text', { y: HEIGHT - 5, ...given }, text));
  };
  dated(first, { x: 0 });
  dated(last, { x: WIDTH, 'text-anchor': 'end' });
  parts.push(svg('text', { x: 0, y: 11 }, number(most)));
  const legend = KINDS.filter((kind) => items.some((item) => item.type === kind));
  return [
    svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': say('usage-chart') }, ...parts),
    el('p', { class: 'legend' }, legend.map((kind) => el('span', { class: kind }, say(`type-${kind}`)))),
  ];
}

customElements.define('usage-view', UsageView);
