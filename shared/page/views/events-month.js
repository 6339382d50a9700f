// The month beside the events: which days are decided, and which are proposed.
import { html, useEffect, useId, useState } from "../vendor/preact.js";
import { href } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { dayOf, localDay } from "../lib/when.js";
import { fullDay, MonthTop, Weekdays, weeksOf } from "./month.js";

/** @import { Listed } from "../lib/types.js" */
/** @typedef {{event: Listed, decided: boolean}} Mark */

/** From this width on the month stands beside the list. */
const WIDE = "(min-width: 60rem)";

/** The events of each day. @param {Listed[]} events */
function marksOf(events) {
  /** @type {Map<string, Mark[]>} */
  const marks = new Map();
  for (const event of events.filter(({ status }) => status)) {
    const confirmed = event.date[0]?.confirmed;
    const days = confirmed ? [confirmed] : (event.date[0]?.drafts ?? []).map(({ date }) => date);
    for (const day of new Set(days.map(dayOf))) marks.set(day, [...(marks.get(day) ?? []), { event, decided: Boolean(confirmed) }]);
  }
  return marks;
}

/** What a mark says. @param {Mark} mark */
function markText({ event, decided }) {
  return `${event.name || t("events.unnamed")}, ${t(decided ? "events.on" : "events.proposed")}`;
}

/** @param {{day: string, marks: Mark[], chosen: boolean, choose: () => void}} props */
function MonthDay({ day, marks, chosen, choose }) {
  const number = Number(day.slice(8));
  const [mark, more] = marks;
  if (!mark) return html`<span>${number}</span>`;
  const decided = marks.some(({ decided }) => decided);
  const shape = html`<span aria-hidden="true">${number}<small>${decided ? "●" : "?"}</small></span>`;
  const kind = `month-mark ${decided ? "decided" : "proposed"}`;
  if (!more) return html`<a class=${kind} href=${href(`/events/${mark.event.id}`)} title=${markText(mark)} aria-label="${fullDay(day)}: ${markText(mark)}">${shape}</a>`;
  return html`<button type="button" class=${kind} aria-expanded=${chosen ? "true" : "false"} aria-label="${fullDay(day)}: ${t("events.on_day", { count: marks.length })}" onClick=${choose}>${shape}</button>`;
}

/** @param {{events: Listed[]}} props */
function MonthOf({ events }) {
  const today = localDay(new Date());
  const [month, setMonth] = useState(today.slice(0, 7));
  const [chosen, setChosen] = useState("");
  const id = useId();
  const marks = marksOf(events);
  return html`<div class="card month">
    <${MonthTop} id=${id} month=${month} show=${setMonth} />
    <table aria-labelledby=${id}>
      <${Weekdays} />
      <tbody>
        ${weeksOf(month).map((week) => html`<tr key=${week[0]}>
          ${week.map((day) => html`<td key=${day} aria-current=${day === today ? "date" : undefined}>
            ${day.startsWith(month) && html`<${MonthDay} day=${day} marks=${marks.get(day) ?? []} chosen=${chosen === day} choose=${() => setChosen(chosen === day ? "" : day)} />`}
          </td>`)}
        </tr>`)}
      </tbody>
    </table>
    ${chosen.startsWith(month) && html`<div class="stack" role="group" aria-label=${fullDay(chosen)}>
      <h3>${fullDay(chosen)}</h3>
      <ul>${(marks.get(chosen) ?? []).map((mark) => html`<li key=${mark.event.id}><a class="month-link" href=${href(`/events/${mark.event.id}`)}>${markText(mark)}</a></li>`)}</ul>
    </div>`}
    <p class="small quiet month-legend"><span><b aria-hidden="true">●</b> ${t("events.on")}</span> <span><b aria-hidden="true">?</b> ${t("events.proposed")}</span></p>
  </div>`;
}

/** Beside the list where there is room, else folded below it. @param {{events: Listed[]}} props */
export function EventsMonth({ events }) {
  const [isWide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const query = matchMedia(WIDE);
    const look = () => setWide(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  const month = html`<${MonthOf} events=${events} />`;
  return isWide
    ? html`<section class="events-month" aria-label=${t("events.month")}>${month}</section>`
    : html`<details class="events-month"><summary>${t("events.month")}</summary>${month}</details>`;
}
