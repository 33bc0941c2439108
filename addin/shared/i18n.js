// @ts-check

/** @type {Record<string, string>} */
let sentences = {};
let current = "es";
let rules = new Intl.PluralRules(current);
let numbers = new Intl.NumberFormat(current);

/** The two letters of the language on the screen. */
export function language() {
  return current;
}

/**
 * Spanish for every kind of Spanish, English for everybody else.
 * @param {string | undefined} tag a BCP 47 tag such as Office's displayLanguage
 */
export function languageFor(tag) {
  return /^es\b/i.test(tag ?? "") ? "es" : "en";
}

/**
 * Loads the sentences of a language and names it on the document.
 * @param {string} code "es" or "en"
 * @param {string} [more] the path of a folder with further sentences of a page
 */
export async function useLanguage(code, more) {
  const folders = [new URL("i18n", import.meta.url).pathname, ...(more ? [more] : [])];
  const loaded = await Promise.all(folders.map(async (folder) => (await fetch(`${folder}/${code}.json`)).json()));
  sentences = Object.assign({}, ...loaded);
  current = code;
  rules = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(code);
  document.documentElement.lang = code;
}

/**
 * The sentence with this key, its {placeholders} filled in. With a `count` the key's `_one` or `_other` form is taken.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const form = "count" in values ? `${key}_${plural(Number(values.count))}` : key;
  const sentence = sentences[form] ?? sentences[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => text(values[name]));
}

/**
 * Whether the language on the screen has a sentence with this key.
 * @param {string} key
 */
export function has(key) {
  return key in sentences;
}

/** @param {number} count */
function plural(count) {
  return rules.select(count) === "one" ? "one" : "other";
}

/** @param {string | number | undefined} value */
function text(value) {
  if (value === undefined) return "";
  return typeof value === "number" ? numbers.format(value) : value;
}
