// The texts, in the reader's language: the `page` part of shared/texts.
import { box } from "./box.js";
import { keep, recall } from "./kept.js";
import { texts } from "./shell.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { Texts, TextKey } from "./types.js" */

/** The languages, by their own names. */
export const LANGUAGES = { en: "English", uk: "Українська", ru: "Русский" };

/** The language that the page is in. */
export const language = box(/** @type {keyof typeof LANGUAGES} */ ("en"));

/** @type {Texts} */
let known;
/** @type {Intl.PluralRules} */
let plurals;

/** Loads the texts in the language that was chosen, else in the first of the browser's languages that there is. */
export async function start() {
  // Chromium is known to say "en-US@posix", at which Intl throws.
  const wanted = [recall("language"), ...navigator.languages].map((tag) => tag?.split("-")[0] ?? "");
  await speak(wanted.find((tag) => tag in texts) ?? "en");
}

/** @param {string} code */
export async function speak(code) {
  const response = await fetch(/** @type {string} */ (texts[code]));
  if (!response.ok) throw new Error(`texts: ${response.status}`);
  known = await response.json();
  plurals = new Intl.PluralRules(code);
  document.documentElement.lang = code;
  language.set(/** @type {keyof typeof LANGUAGES} */ (code));
}

/** Speaks that language from now on, on this browser. @param {string} code */
export async function choose(code) {
  if (code !== language.value) await speak(code);
  keep("language", code);
}

/** How dates and numbers are written: as where the reader lives, if the browser says so of that language. */
export function locale() {
  return navigator.languages.find((tag) => /^[\w-]+$/.test(tag) && tag.split("-")[0] === language.value) ?? language.value;
}

/** @param {TextKey} key @param {Record<string, unknown>} values */
function template(key, values) {
  /** @type {any} */
  let text = known;
  for (const part of key.split(".")) text = text?.[part];
  if (typeof text === "object") text = text[plurals.select(Number(values.count))] ?? text.other;
  return /** @type {string} */ (text);
}

/** Whether there is such a text. @param {string} key @returns {key is TextKey} */
export function has(key) {
  return template(/** @type {TextKey} */ (key), { count: 0 }) !== undefined;
}

/**
 * The text of that key with its placeholders filled in. A number named `count` chooses the plural.
 * @param {TextKey} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return template(key, values).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/**
 * The same with elements in it.
 * @param {TextKey} key
 * @param {Record<string, ComponentChildren>} values
 * @returns {ComponentChildren[]}
 */
export function rich(key, values) {
  return template(key, values)
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 ? values[part] : part));
}

/**
 * Names in a row, as the language has it: "a, b and c".
 * @param {ComponentChildren[]} items
 * @param {"conjunction" | "disjunction"} [type]
 * @returns {ComponentChildren[]}
 */
export function listed(items, type = "conjunction") {
  const format = new Intl.ListFormat(language.value, { type });
  return format.formatToParts(items.map((_, at) => String(at))).map(({ type, value }) => (type === "element" ? items[Number(value)] : value));
}
