// Dates as the API has them, in the reader's language.
import { html } from "../vendor/preact.js";
import { locale } from "./texts.js";

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/**
 * A date of the API. Without an offset it means the same on all clocks.
 * @param {string} text
 * @returns {{day: string, time: string, zone: string, at: Date, iso: string} | null} null if it is of no known form
 */
export function parse(text) {
  const iso = text.replace(/^(\d\d)\.(\d\d)\.(\d{4})/, "$3-$2-$1").replace(/(, time:)? /, "T");
  const [, day = "", time = "", zone = ""] = iso.match(FORM) ?? [];
  const at = new Date(zone ? iso.toUpperCase() : `${day}T${time || "00:00"}Z`);
  return Number.isNaN(at.getTime()) ? null : { day, time, zone, at, iso };
}

/**
 * A date as the reader says it, with the weekday; as typed, if it is of no known form.
 * @param {string} text
 * @param {"long" | "short"} [length]
 */
export function spoken(text, length = "long") {
  const date = parse(text);
  if (!date) return text;
  const { day, time, zone, at } = date;
  const format = new Intl.DateTimeFormat(locale(), {
    weekday: length,
    day: "numeric",
    month: length,
    ...(day.startsWith(String(new Date().getFullYear())) ? {} : { year: "numeric" }),
    ...(time ? { hour: "numeric", minute: "2-digit" } : {}),
    ...(zone ? { timeZoneName: "short" } : { timeZone: "UTC" }),
  });
  return format.format(at);
}

/** The same as an element. @param {string} text @param {"long" | "short"} [length] */
export function when(text, length) {
  const date = parse(text);
  return date ? html`<time datetime=${date.iso}>${spoken(text, length)}</time>` : html`<bdi>${text}</bdi>`;
}

/** The day on which it is for the reader, as `YYYY-MM-DD`; empty if that is not known. @param {string} text */
export function dayOf(text) {
  const date = parse(text);
  if (!date) return "";
  return date.zone ? localDay(date.at) : date.day;
}

/** The day that it is then for the reader, as `YYYY-MM-DD`. @param {Date} at */
export function localDay(at) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** An instant of the past, such as when somebody logged in. @param {string} instant RFC 3339 */
export function moment(instant) {
  const format = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" });
  return html`<time datetime=${instant}>${format.format(new Date(instant))}</time>`;
}
