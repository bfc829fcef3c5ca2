// What scripts say, in the language of the page.

const messages = (await import(`./words-${document.documentElement.lang}.js`)).default;

/** A message, with `{$name}` replaced by what is given under that name. */
export function say(id, given = {}) {
  const message = messages[id] ?? id;
  return message.replace(/\{\$(\w+)\}/g, (whole, name) => String(given[name] ?? whole));
}

/** A moment (seconds since 1970) as people of this language write it. */
export function moment(seconds, style = { dateStyle: 'medium', timeStyle: 'medium' }) {
  return new Intl.DateTimeFormat(document.documentElement.lang, style).format(seconds * 1000);
}

/** A whole or decimal number as people of this language write it. */
export function number(value, style = {}) {
  return new Intl.NumberFormat(document.documentElement.lang, style).format(value);
}

/** A length of time in seconds, such as 3:07. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
