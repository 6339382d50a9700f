// The days to choose from, on a month over which one taps or drags.
import { html, useId, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/texts.js";
import { localDay, parse, spoken } from "../lib/when.js";
import { byDate } from "./draft-faults.js";
import { MOST_OPTIONS, PollChoice, withOptions } from "./draft-places.js";
import { addDays, addMonths, fullDay, MonthTop, placeInWeek, Weekdays, weeksOf } from "./month.js";

/** @import { Content, Poll, Work } from "./draft-work.js" */

/** The day of an option as it is written, whatever zone it is in. @param {string} option */
function writtenDay(option) {
  return parse(option)?.day ?? "";
}

/** The days of a month in the rectangle between two of them. @param {string} a @param {string} b */
function between(a, b) {
  const columns = [placeInWeek(a), placeInWeek(b)];
  const [first, last] = a < b ? [a, b] : [b, a];
  const days = [];
  for (let week = addDays(first, -placeInWeek(first)); week <= last; week = addDays(week, 7)) {
    for (let at = Math.min(...columns); at <= Math.max(...columns); at += 1) days.push(addDays(week, at));
  }
  return days.filter((day) => day.startsWith(a.slice(0, 7)));
}

/** Where the arrow keys and their like lead. @param {string} key @param {string} day */
function ledTo(key, day) {
  const at = placeInWeek(day);
  const steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -at, End: 6 - at });
  if (key in steps) return addDays(day, steps[key] ?? 0);
  if (key !== "PageUp" && key !== "PageDown") return null;
  const month = addMonths(day.slice(0, 7), key === "PageUp" ? -1 : 1);
  const last = addDays(`${addMonths(month, 1)}-01`, -1);
  const same = `${month}-${day.slice(8)}`;
  return same < last ? same : last;
}

/** The day under the pointer, which a finger does not leave while it drags. @param {PointerEvent} event */
function dayUnder({ clientX, clientY }) {
  const cell = document.elementFromPoint(clientX, clientY)?.closest("[data-day]");
  return cell instanceof HTMLElement && !cell.ariaDisabled ? (cell.dataset.day ?? "") : "";
}

/** The days with those between two of them chosen, or no more, if the first was. @param {Set<string>} days @param {string} from @param {string} to */
function dragged(days, from, to) {
  const today = localDay(new Date());
  const next = new Set(days);
  for (const day of between(from, to)) {
    if (days.has(from)) next.delete(day);
    else if (day >= today) next.add(day);
  }
  return next;
}

/**
 * Dragging over days. What it comes to is seen at once, and counts when it ends. A day that is only pressed is left to the click.
 * @param {Set<string>} days
 * @param {(days: Set<string>) => void} change
 */
function useDragged(days, change) {
  const [drag, setDrag] = useState(/** @type {{from: string, to: string} | null} */ (null));
  useLayoutEffect(() => {
    if (!drag) return;
    const { from, to } = drag;
    const move = (/** @type {PointerEvent} */ event) => {
      const day = dayUnder(event);
      if (day && day !== to) setDrag({ from, to: day });
    };
    const stop = (/** @type {PointerEvent} */ event) => {
      if (event.type === "pointerup" && from !== to) change(dragged(days, from, to));
      setDrag(null);
    };
    /** @type {[string, any][]} */
    const listeners = [["pointermove", move], ["pointerup", stop], ["pointercancel", stop]];
    for (const [type, listener] of listeners) addEventListener(type, listener);
    return () => {
      for (const [type, listener] of listeners) removeEventListener(type, listener);
    };
  });
  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    const day = dayUnder(event);
    if (day && !event.button && event.isPrimary) setDrag({ from: day, to: day });
  };
  return { shown: drag && drag.from !== drag.to ? dragged(days, drag.from, drag.to) : days, onPointerDown };
}

/** @param {{days: Set<string>, change: (days: Set<string>) => void, describedby: string}} props */
function DayPicker({ days, change, describedby }) {
  const today = localDay(new Date());
  const first = [...days].filter((day) => day >= today).sort()[0] ?? today;
  const [month, setMonth] = useState(first.slice(0, 7));
  const [at, setAt] = useState(first);
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  const moved = useRef(false);
  const id = useId();
  const { shown, onPointerDown } = useDragged(days, change);
  const here = at.startsWith(month) ? at : month === today.slice(0, 7) ? today : `${month}-01`;
  useLayoutEffect(() => {
    if (moved.current) /** @type {HTMLElement | null | undefined} */ (grid.current?.querySelector("[tabindex='0']"))?.focus();
    moved.current = false;
  });
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = ledTo(event.key, here);
    if (next) {
      if (next.slice(0, 7) >= today.slice(0, 7)) {
        setAt(next);
        setMonth(next.slice(0, 7));
        moved.current = true;
      }
    } else if (event.key === " " || event.key === "Enter") {
      change(dragged(days, here, here));
    } else return;
    event.preventDefault();
  };
  const onClick = (/** @type {PointerEvent} */ { target }) => {
    const { day } = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-day]"))?.dataset ?? {};
    if (day) change(dragged(days, day, day));
  };
  return html`<div class="card month">
    <${MonthTop} id=${id} month=${month} show=${setMonth} least=${today.slice(0, 7)} />
    <table role="grid" aria-multiselectable="true" aria-labelledby=${id} aria-describedby=${describedby} ref=${grid} onKeyDown=${onKeyDown} onPointerDown=${onPointerDown} onClick=${onClick}>
      <${Weekdays} />
      <tbody>
        ${weeksOf(month).map((week) => html`<tr key=${week[0]}>
          ${week.map((day) => day.startsWith(month)
            ? html`<td key=${day} role="gridcell" class="month-day" data-day=${day} tabindex=${day === here ? "0" : "-1"} aria-label=${fullDay(day)} aria-selected=${shown.has(day) ? "true" : "false"}
                aria-disabled=${day < today && !days.has(day) ? "true" : undefined} aria-current=${day === today ? "date" : undefined} onFocus=${() => setAt(day)}>
                <span>${Number(day.slice(8))}</span>
              </td>`
            : html`<td key=${day} role="gridcell"></td>`)}
        </tr>`)}
      </tbody>
    </table>
  </div>`;
}

/** The time that all have, if they have one and the same. @param {string[]} options */
function commonTime(options) {
  const times = new Set(options.map((option) => parse(option)?.time ?? ""));
  return times.size === 1 ? ([...times][0] ?? "") : "";
}

/** The option at another time. Its zone, if it has one, stays. @param {string} option @param {string} time */
function atTime(option, time) {
  const date = parse(option);
  if (!date || date.time === time) return option;
  return time ? `${date.day}T${time}${date.zone}` : date.day;
}

/** One more time of that day: an hour after the last one. @param {string[]} options of that day */
function oneMore(options) {
  const taken = options.map((option) => parse(option)?.time ?? "");
  let [hour, minute] = (taken.at(-1) || "17:00").split(":");
  do hour = String((Number(hour) + 1) % 24).padStart(2, "0");
  while (taken.includes(`${hour}:${minute}`));
  return atTime(/** @type {string} */ (options.at(-1)), `${hour}:${minute}`);
}

/** @param {{work: Work, content: Content}} props */
export function DaysStep({ work, content: { date } }) {
  const { options } = date;
  const [every, setEvery] = useState(() => commonTime(options));
  const [isFull, setFull] = useState(false);
  const hint = useId();
  const change = (/** @type {string[]} */ options) => work.change({ date: withOptions(date, options) });
  const days = new Set(options.map(writtenDay));
  const choose = (/** @type {Set<string>} */ next) => {
    const added = [...next].filter((day) => !days.has(day)).sort();
    const kept = options.filter((option) => next.has(writtenDay(option)));
    const room = Math.max(0, MOST_OPTIONS - kept.length);
    setFull(added.length > room);
    change([...kept, ...added.slice(0, room).map((day) => (every ? `${day}T${every}` : day))].sort((a, b) => byDate(writtenDay(a), writtenDay(b))));
  };
  const forAll = (/** @type {string} */ time) => {
    setEvery(time);
    change(options.map((option) => (options.filter((other) => writtenDay(other) === writtenDay(option)).length > 1 ? option : atTime(option, time))));
  };
  return html`
    <p class="hint" id=${hint}>${t("draft.days_hint")}</p>
    <${DayPicker} days=${days} change=${choose} describedby=${hint} />
    ${isFull && html`<p role="status" class="draft-bad">${t("draft.most_options", { count: MOST_OPTIONS })}</p>`}
    ${work.faults.date && html`<p role="alert" class="draft-bad">${work.faults.date}</p>`}
    ${options.length > 0 && html`
      <label class="draft-every"><span>${t("draft.every_time")} <span class="quiet">(${t("parts.optional")})</span></span>
        <input type="time" value=${every} onInput=${(/** @type {any} */ event) => forAll(event.target.value)} /></label>
      <h2 class="draft-chosen" tabindex="-1">${t("draft.chosen_days", { count: days.size })}</h2>
      <ul class="draft-days">
        ${[...days].map((day) => html`<${ChosenDay} key=${day} day=${day} options=${options} work=${work} change=${change} />`)}
      </ul>
      <${PollChoice} topic="date" poll=${date} change=${(/** @type {Poll} */ date) => work.change({ date })} />`}`;
}

/** A chosen day with its times. @param {{day: string, options: string[], work: Work, change: (options: string[]) => void}} props */
function ChosenDay({ day, options, work, change }) {
  const line = useRef(/** @type {HTMLElement | null} */ (null));
  const goal = useRef(-1);
  const own = options.flatMap((option, at) => (writtenDay(option) === day ? [{ option, at }] : []));
  const name = day ? spoken(day, "short") : (own[0]?.option ?? "");
  useLayoutEffect(() => {
    const at = goal.current;
    goal.current = -1;
    if (at >= 0) line.current?.querySelectorAll("input")[at]?.focus();
  });
  /** The focus goes to what is near. @param {number} at */
  const remove = (at) => {
    if (own.length > 1) goal.current = 0;
    else /** @type {HTMLElement | null | undefined} */ (line.current?.closest("form")?.querySelector(options.length > 1 ? ".draft-chosen" : "[tabindex='0']"))?.focus();
    change(options.filter((_, other) => other !== at));
  };
  const add = () => {
    goal.current = own.length;
    const last = own.at(-1)?.at ?? 0;
    change([...options.slice(0, last + 1), oneMore(own.map(({ option }) => option)), ...options.slice(last + 1)]);
  };
  const timed = own.some(({ option }) => parse(option)?.time);
  return html`<li ref=${line}>
    <b>${name}</b>
    <ul>
      ${own.map(({ option, at }, place) => {
        const { time = "", zone = "" } = parse(option) ?? {};
        const isTwice = own.some((other) => other.at < at && other.option === option);
        const fault = isTwice ? t("draft.twice") : (work.faults[`date:${option}`] ?? (day < localDay(new Date()) ? t("draft.over") : undefined));
        const what = time ? `${name}, ${time}` : name;
        return html`<li key=${place} class="draft-line">
          <input type="time" value=${time} aria-label=${t("draft.time", { day: name })} aria-invalid=${fault ? "true" : undefined} aria-describedby=${fault ? `fault-${at}` : undefined}
            onInput=${(/** @type {any} */ event) => change(options.with(at, atTime(option, event.target.value)))} />
          ${zone && html`<span class="small quiet">${zone === "Z" ? "UTC" : `UTC${zone}`}</span>`}
          <button type="button" class="draft-remove" aria-label=${t("draft.remove", { what })} onClick=${() => remove(at)}><span aria-hidden="true">×</span></button>
          ${fault && html`<span class="draft-bad small" id="fault-${at}">${fault}</span>`}
        </li>`;
      })}
    </ul>
    ${timed && options.length < MOST_OPTIONS && html`<button type="button" class="link" aria-label=${t("draft.more_time", { day: name })} onClick=${add}>${t("draft.one_more_time")}</button>`}
  </li>`;
}
