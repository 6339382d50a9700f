// The places to choose from, and how friends choose of a poll.
import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/texts.js";
import { spoken } from "../lib/when.js";
import { distinct } from "./draft-work.js";

/** @import { Content, Poll, Work } from "./draft-work.js" */

/** The most options that a poll has. */
export const MOST_OPTIONS = 50;

/** The poll with other options. A single one is what is decided, unless one said otherwise. @param {Poll} poll @param {string[]} options @returns {Poll} */
export function withOptions(poll, options) {
  const [before, after] = [distinct(poll.options), distinct(options)];
  const only = after.length === 1 ? (after[0] ?? "") : "";
  if (only) return { ...poll, options, confirmed: before.length === 1 && !poll.confirmed ? "" : only };
  return { ...poll, options, confirmed: before.length > 1 && after.includes(poll.confirmed) ? poll.confirmed : "" };
}

/**
 * How it is chosen.
 * @param {{topic: "date" | "place", poll: Poll, change: (poll: Poll) => void}} props
 */
export function PollChoice({ topic, poll, change }) {
  const options = distinct(poll.options);
  if (!options.length) return null;
  const kinds = options.length === 1 ? /** @type {const} */ (["fixed", "vote"]) : /** @type {const} */ (["any", "one"]);
  const now = options.length === 1 ? (poll.confirmed ? "fixed" : "vote") : poll.confirmed ? "" : poll.choice;
  /** @param {string} kind @returns {Poll} */
  const chosen = (kind) => {
    if (kind === "any" || kind === "one") return { ...poll, confirmed: "", choice: kind };
    return { ...poll, confirmed: kind === "fixed" ? (options[0] ?? "") : "" };
  };
  return html`<fieldset>
    <legend>${t(`draft.how_${topic}`)}</legend>
    ${poll.confirmed && options.length > 1 && html`<p class="hint">${t("draft.fixed_already", { what: topic === "date" ? spoken(poll.confirmed) : poll.confirmed })}</p>`}
    ${kinds.map((kind) => html`<label class="check" key=${kind}>
      <input type="radio" name="choice-${topic}" checked=${kind === now} onChange=${() => change(chosen(kind))} />
      <span>${t(`draft.${kind}_${topic}`)}</span>
    </label>`)}
  </fieldset>`;
}

/** @param {{work: Work, content: Content}} props */
export function PlacesStep({ work, content: { place } }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const goal = useRef(-1);
  const rows = place.options.length ? place.options : [""];
  const change = (/** @type {string[]} */ options) => work.change({ place: withOptions(place, options) });
  const isFull = rows.length >= MOST_OPTIONS;
  useLayoutEffect(() => {
    const at = goal.current;
    goal.current = -1;
    if (at >= 0) list.current?.querySelectorAll("input")[at]?.focus();
  });
  /** @param {number} at */
  const add = (at) => {
    if (isFull) return;
    goal.current = at;
    change([...rows.slice(0, at), "", ...rows.slice(at)]);
  };
  /** @param {number} at */
  const remove = (at) => {
    goal.current = Math.max(0, at - 1);
    change(rows.filter((_, other) => other !== at));
  };
  return html`
    <fieldset class="stack" ref=${list}>
      <legend>${t("draft.places")}</legend>
      ${rows.map((text, at) => html`<${PlaceRow} key=${at} number=${at + 1} text=${text} only=${rows.length === 1}
        fault=${placeFault(work, rows, at)}
        type=${(/** @type {string} */ text) => change(rows.with(at, text))} add=${() => add(at + 1)} remove=${() => remove(at)} />`)}
    </fieldset>
    ${isFull ? html`<p role="status" class="hint">${t("draft.most_options", { count: MOST_OPTIONS })}</p>` : html`<div><button type="button" onClick=${() => add(rows.length)}>${t("draft.add_place")}</button></div>`}
    ${work.faults.place && html`<p role="alert" class="draft-bad">${work.faults.place}</p>`}
    <${PollChoice} topic="place" poll=${place} change=${(/** @type {Poll} */ place) => work.change({ place })} />`;
}

/** What is wrong with a place. @param {Work} work @param {string[]} rows @param {number} at */
function placeFault(work, rows, at) {
  const text = rows[at]?.trim() ?? "";
  return text && rows.slice(0, at).some((row) => row.trim() === text) ? t("draft.twice") : work.faults[`place:${text}`];
}

/** @param {{number: number, text: string, only: boolean, fault: string | undefined, type: (text: string) => void, add: () => void, remove: () => void}} props */
function PlaceRow({ number, text, only, fault, type, add, remove }) {
  const id = `place-${number}`;
  return html`<div class="field ${fault ? "wrong" : ""}">
    ${fault && html`<p class="fault" id=${id}>${fault}</p>`}
    <div class="draft-line">
      <input aria-label=${t("draft.place", { number })} aria-describedby=${fault ? id : undefined} aria-invalid=${fault ? "true" : undefined}
        value=${text} maxlength="200" autocomplete="off" dir="auto" placeholder=${number === 1 ? t("draft.place_example") : ""}
        onInput=${(/** @type {any} */ event) => type(event.target.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          if (text.trim()) add();
        }} />
      ${!(only && !text) && html`<button type="button" class="draft-remove" aria-label=${t("draft.remove", { what: text || t("draft.place", { number }) })} onClick=${remove}><span aria-hidden="true">×</span></button>`}
    </div>
  </div>`;
}
