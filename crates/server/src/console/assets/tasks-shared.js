// What several pages know about tasks.

import { ask, typedToken } from './client.js';
import { codeOf } from './code.js';
import { el } from './dom.js';
import { say } from './words.js';

/** What was made, as a list whatever the kind of task. */
export function made(task) {
  return [task.response?.data ?? []].flat().filter((item) => item !== null && typeof item === 'object');
}

/** A task's name as people would call it. */
export function titleOf(task) {
  const request = task.request && typeof task.request === 'object' ? task.request : {};
  const [first] = made(task);
  const line = (text) =>
    typeof text === 'string' ? text.split('\n').map((part) => part.trim()).find((part) => part && !part.startsWith('[')) : undefined;
  return line(first?.title) ?? line(request.title) ?? line(request.prompt) ?? line(request.lyric) ?? line(request.audio_url) ?? kindOf(task);
}

/** What a task is of, in a word. */
export function kindOf(task) {
  const action = task.request?.action;
  const kind = say(`type-${task.type}`);
  return task.type === 'audios' && typeof action === 'string' && action ? `${kind} · ${action}` : kind;
}

/** The state of a task as a badge. */
export function badge(state) {
  return el('span', { class: `badge ${state}` }, say(`state-${state}`));
}

/** Whether a task has come to its end. */
export function hasEnded(state) {
  return state !== 'pending' && state !== 'processing';
}

/** Orders without waiting; gives the answer, whose `json` has the task. */
export function order(type, body) {
  const { callback_url: _, ...rest } = body;
  return ask(`/producer/${type}`, { method: 'POST', body: { ...rest, async: true } });
}

/** The code that orders a task again, in the language that was looked at last. */
export function codeOfTask(task) {
  const language = localStorage.getItem('backline-code') ?? 'curl';
  const request = { method: 'POST', origin: location.origin, token: typedToken() ?? '{token}', headers: {} };
  const of = { ...request, operation: task.type, path: `/producer/${task.type}`, body: task.request };
  return codeOf(language, of) ?? codeOf('curl', of);
}
