// Months as people see them on a wall.
import { html } from "../vendor/preact.js";
import { locale, t } from "../lib/texts.js";

/** @param {string} day `YYYY-MM-DD` @param {number} count */
export function addDays(day, count) {
  const at = new Date(`${day}T00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** @param {string} month `YYYY-MM` @param {number} count */
export function addMonths(month, count) {
  const at = new Date(`${month}-01T00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + count);
  return at.toISOString().slice(0, 7);
}

/** The day on which weeks begin where the reader lives: 1 is Monday, 7 Sunday. */
function firstWeekday() {
  try {
    const locale = /** @type {any} */ (new Intl.Locale(navigator.language));
    return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
  } catch {
    // Chromium is known to say "en-US@posix".
    return 1;
  }
}

/** The place of a day in its week, from 0 on. @param {string} day */
export function placeInWeek(day) {
  return (new Date(`${day}T00:00Z`).getUTCDay() - firstWeekday() + 7) % 7;
}

/** The weeks of a month, with the days of those before and after it that belong to them. @param {string} month @returns {string[][]} */
export function weeksOf(month) {
  const first = `${month}-01`;
  /** @type {string[][]} */
  const weeks = [];
  for (let monday = addDays(first, -placeInWeek(first)); monday.slice(0, 7) <= month; monday = addDays(monday, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, at) => addDays(monday, at)));
  }
  return weeks;
}

/** @param {string} day @param {Intl.DateTimeFormatOptions} options */
function formatted(day, options) {
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));
}

/** A day in full. @param {string} day */
export function fullDay(day) {
  return formatted(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** The names of the weekdays over a month. */
export function Weekdays() {
  const first = addDays("2024-01-01", firstWeekday() - 1);
  return html`<thead><tr>
    ${Array.from({ length: 7 }, (_, at) => addDays(first, at)).map((day) => html`<th scope="col" abbr=${formatted(day, { weekday: "long" })}>${formatted(day, { weekday: "short" })}</th>`)}
  </tr></thead>`;
}

/**
 * The name of a month between the ways to the one before and after it.
 * @param {{id: string, month: string, show: (month: string) => void, least?: string}} props
 */
export function MonthTop({ id, month, show, least = "" }) {
  const title = formatted(`${month}-01`, { month: "long", year: "numeric" });
  const isFirst = month <= least;
  return html`<div class="month-top">
    <button type="button" aria-label=${t("events.previous_month")} aria-disabled=${isFirst ? "true" : undefined} onClick=${() => isFirst || show(addMonths(month, -1))}><span aria-hidden="true">‹</span></button>
    <h2 id=${id} aria-live="polite">${title}</h2>
    <button type="button" aria-label=${t("events.next_month")} onClick=${() => show(addMonths(month, 1))}><span aria-hidden="true">›</span></button>
  </div>`;
}
