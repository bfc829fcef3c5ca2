// Values of JSON as literals of programming languages. Pure functions: a value in, text out.
//
// Every function writes a text so that the compiler or interpreter reads back the same characters. Characters that
// editors or compilers treat in a way of their own (control characters, the byte order mark, those that turn the
// direction of writing) are escaped, all others stay as they are.

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A text between quotes, each character as `escape` gives it or as it is. */
function quoted(text, quote, escape) {
  let out = quote;
  for (const character of text) out += escape(character) ?? character;
  return out + quote;
}

const hex = (character, digits) => character.codePointAt(0).toString(16).padStart(digits, '0');
const COMMON = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', '"': '\\"' };

/** Escapes that many languages share, with `unseen` for the rest. */
const common = (unseen, more = {}) => (character) =>
  more[character] ?? COMMON[character] ?? (UNSEEN.test(character) ? unseen(character) : undefined);

/** `\u0001`: Python, JavaScript, Go, Ruby, Java, Kotlin, C#. */
const four = (character) => `\\u${hex(character, 4)}`;
/** `\u{1}`: PHP, Rust, Swift. */
const braces = (character) => `\\u{${hex(character, 1)}}`;

export const text = {
  python: (value) => quoted(value, '"', common(four)),
  javascript: (value) => quoted(value, '"', common(four)),
  go: (value) => quoted(value, '"', common(four)),
  java: (value) => quoted(value, '"', common((character) => {
    // Java reads `\u000a` before it looks for line ends; octal digits are read with the text.
    const code = character.codePointAt(0);
    return code < 256 ? `\\${code.toString(8).padStart(3, '0')}` : four(character);
  })),
  php: (value) => quoted(value, '"', common(braces, { $: '\\$' })),
  ruby: (value) => quoted(value, '"', common(four, { '#': '\\#' })),
  csharp: (value) => quoted(value, '"', common(four)),
  rust: (value) => quoted(value, '"', common(braces)),
  swift: (value) => quoted(value, '"', common(braces)),
  kotlin: (value) => quoted(value, '"', common(four, { $: '\\$' })),
  /** Between single quotes nothing is special but these. */
  shell: (value) => `'${value.replaceAll("'", "'\\''")}'`,
  powershell: (value) => `'${value.replace(/['‘’‚‛]/gu, '$&$&')}'`,
};

/** How a language writes lists and objects. */
const SHAPES = {
  python: { words: { true: 'True', false: 'False', null: 'None' }, list: ['[', ']'], object: ['{', '}'], pair: (key, value) => `${key}: ${value}` },
  javascript: { words: {}, list: ['[', ']'], object: ['{', '}'], pair: (key, value) => `${key}: ${value}` },
  go: { words: { null: 'nil' }, list: ['[]any{', '}'], object: ['map[string]any{', '}'], pair: (key, value) => `${key}: ${value}` },
  php: { words: {}, list: ['[', ']'], object: ['[', ']'], empty: '(object) []', pair: (key, value) => `${key} => ${value}` },
  ruby: { words: { null: 'nil' }, list: ['[', ']'], object: ['{', '}'], pair: (key, value) => `${key} => ${value}` },
  rust: { words: {}, list: ['[', ']'], object: ['{', '}'], pair: (key, value) => `${key}: ${value}` },
  swift: { words: { null: 'NSNull()' }, list: ['[', ']'], object: ['[', ']'], empty: '[:]', pair: (key, value) => `${key}: ${value}` },
};

/** A value of JSON as a literal of `language`, its lines after the first indented by `before`. */
export function literal(language, value, before = '', unit = '    ') {
  const shape = SHAPES[language];
  const write = (part, indent) => {
    if (typeof part === 'string') return text[language](part);
    if (part === null || typeof part !== 'object') return shape.words[String(part)] ?? JSON.stringify(part);
    const isList = Array.isArray(part);
    const inner = indent + unit;
    const [open, close] = isList ? shape.list : shape.object;
    const parts = isList
      ? part.map((item) => write(item, inner))
      : Object.entries(part).map(([key, item]) => shape.pair(text[language](key), write(item, inner)));
    if (parts.length === 0) return isList ? open + close : (shape.empty ?? open + close);
    return `${open}\n${parts.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
  };
  return write(value, before);
}

/** JSON over several lines, ready to be put between marks of a language that takes text as it is. */
export function json(value, before = '') {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${before}`);
}

/** Half of a pair of surrogates is no character, and no language would take it: it becomes U+FFFD. */
export function wellFormed(value) {
  if (typeof value === 'string') return value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, wellFormed(part)]));
}
