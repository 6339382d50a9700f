// The events of who is logged in: what there is to do first.
import { html, useEffect, useState } from "../vendor/preact.js";
import { useLoaded } from "../lib/load.js";
import { Failure, Heading, Waiting } from "../lib/parts.js";
import { href } from "../lib/router.js";
import { ask } from "../lib/session.js";
import { t } from "../lib/texts.js";
import { dayOf, localDay, parse, when } from "../lib/when.js";
import { EventsMonth } from "./events-month.js";

/** @import { Listed } from "../lib/types.js" */

/** The groups in the order in which they are shown. */
const GROUPS = /** @type {const} */ (["todo", "open", "decided", "drafts", "past"]);

/** @param {Listed} event */
export function decidedDay({ date: [date] }) {
  return date?.confirmed ? dayOf(date.confirmed) : "";
}

/** The days that are proposed and not decided. @param {Listed} event */
export function proposedDays(event) {
  return decidedDay(event) ? [] : (event.date[0]?.drafts ?? []).map(({ date }) => dayOf(date)).filter(Boolean);
}

/** @param {Listed} event @param {string} today @returns {typeof GROUPS[number]} */
function groupOf(event, today) {
  const { status, role, answer, place } = event;
  if (!status) return "drafts";
  const last = decidedDay(event) || (proposedDays(event).sort().at(-1) ?? "");
  if (last && last < today) return "past";
  const stands = event.date[0]?.confirmed && place[0]?.confirmed;
  if (role === "admin" ? !stands : answer === null) return "todo";
  return stands ? "decided" : "open";
}

/** @param {Listed[]} events */
function grouped(events) {
  const today = localDay(new Date());
  /** @type {Record<string, Listed[]>} */
  const groups = { todo: [], open: [], decided: [], drafts: [], past: [] };
  for (const event of events) groups[groupOf(event, today)]?.push(event);
  const at = (/** @type {Listed} */ event) => parse(event.date[0]?.confirmed ?? "")?.iso ?? "";
  groups.decided?.sort((a, b) => (at(a) < at(b) ? -1 : 1));
  groups.past?.sort((a, b) => (at(a) > at(b) ? -1 : 1));
  return groups;
}

/** @param {{event: Listed, group: string}} props */
function EventCard({ event, group }) {
  const { id, name, role, date: [date], place: [place] } = event;
  const path = group === "drafts" ? `/events/${id}/edit` : `/events/${id}`;
  return html`<li>
    <a class="card event-card" href=${href(path)}>
      <span class="row between">
        <b class="event-name" dir="auto">${name || t("events.unnamed")}</b>
        ${role === "admin" && group !== "drafts" && html`<span class="small quiet">${t("events.organiser")}</span>`}
      </span>
      <span>${date?.confirmed ? when(date.confirmed) : choices("days", (date?.drafts ?? []).map(({ date }) => when(date)))}</span>
      <span dir="auto">${place?.confirmed || choices("places", (place?.drafts ?? []).map(({ place }) => place))}</span>
      <span class="small ${group === "todo" ? "event-todo" : "quiet"}">${todo(event, group)}</span>
    </a>
  </li>`;
}

/** @param {"days" | "places"} what @param {unknown[]} options */
function choices(what, options) {
  if (options.length === 1) return options[0];
  return options.length ? t(`events.${what}`, { count: options.length }) : html`<span class="quiet">${t(`events.no_${what}`)}</span>`;
}

/** What is left to do. @param {Listed} event @param {string} group */
function todo({ role, answer, date: [date], place: [place] }, group) {
  if (group === "drafts") return t("events.to_send");
  const open = !date?.confirmed ? (place?.confirmed ? "day" : "both") : place?.confirmed ? "" : "place";
  if (group === "past") return open ? t("events.never_decided") : t("events.was");
  if (role === "admin") return open ? t(`events.decide_${open}`) : t("events.is_on");
  if (answer === null) return open ? t("events.to_vote") : t("events.to_answer");
  return t(`events.answered_${answer}`);
}

/** @param {{events: Listed[]}} props */
function EventGroups({ events }) {
  const groups = grouped(events);
  return GROUPS.map((group) => {
    const found = groups[group] ?? [];
    if (!found.length) return null;
    const cards = html`<ul class="stack">${found.map((event) => html`<${EventCard} key=${event.id} event=${event} group=${group} />`)}</ul>`;
    return group === "past"
      ? html`<details key=${group} class="events-past"><summary>${t("events.past", { count: found.length })}</summary>${cards}</details>`
      : html`<section key=${group} class="stack" aria-labelledby="events-${group}"><h2 id="events-${group}">${t(`events.${group}`)}</h2>${cards}</section>`;
  });
}

/** @param {string | null} cursor @param {AbortSignal} signal @returns {Promise<{events: Listed[], cursor: string | null}>} */
async function loadEvents(cursor, signal) {
  const { body } = await ask("GET", `event?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, { signal });
  return body;
}

/** The pages after the first. @param {{events: Listed[], cursor: string | null} | undefined} first */
function useRest(first) {
  const [rest, setRest] = useState(/** @type {{events: Listed[], error: unknown, busy: boolean}} */ ({ events: [], error: null, busy: false }));
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    const load = async () => {
      /** @type {Listed[]} */
      let events = [];
      for (let cursor = first?.cursor ?? null; cursor; ) {
        const page = await loadEvents(cursor, leaving.signal);
        events = [...events, ...page.events];
        cursor = page.cursor;
        if (leaving.signal.aborted) return;
        setRest((old) => ({ events: old.events.length > events.length ? old.events : events, error: null, busy: true }));
      }
      setRest({ events, error: null, busy: false });
    };
    setRest((old) => ({ ...old, error: null, busy: Boolean(first?.cursor) }));
    load().catch((error) => leaving.signal.aborted || setRest((old) => ({ ...old, error, busy: false })));
    return () => leaving.abort();
  }, [first, turn]);
  return { ...rest, again: () => setTurn(turn + 1) };
}

function NoEvents() {
  return html`<div class="card events-none">
    <h2>${t("events.none")}</h2>
    <p>${t("events.none_how")}</p>
    <p class="quiet">${t("events.none_wait")}</p>
  </div>`;
}

/** What one has to do with one's events, and a month of them. */
export function Events() {
  const { data, error, reload } = useLoaded("events", (signal) => loadEvents(null, signal));
  const rest = useRest(data);
  const events = [...new Map([...rest.events, ...(data?.events ?? [])].map((event) => [event.id, event])).values()];
  events.sort((a, b) => (a.created_at > b.created_at ? -1 : 1));
  return html`<div class="events">
    <div class="row between events-top">
      <${Heading} title=${t("events.title")} />
      <a class="button first" href=${href("/events/new")}>${t("events.plan")}</a>
    </div>
    <div class="stack events-list">
      ${error != null && html`<${Failure} error=${error} again=${reload} />`}
      ${!data && error == null && html`<${Waiting} />`}
      ${data && !events.length && html`<${NoEvents} />`}
      <${EventGroups} events=${events} />
      ${rest.busy && html`<p class="quiet small" role="status">${t("events.more")}</p>`}
      ${rest.error != null && html`<${Failure} error=${rest.error} again=${rest.again} />`}
    </div>
    ${events.length > 0 && html`<${EventsMonth} events=${events} />`}
  </div>`;
}
