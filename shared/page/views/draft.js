// Making an event, in a few steps. Each is saved as one types.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { reason } from "../lib/api.js";
import { useBox } from "../lib/box.js";
import { Failure, Field, Heading, Notice, Question, Waiting } from "../lib/parts.js";
import { go, href } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { DaysStep } from "./draft-days.js";
import { stepOf } from "./draft-faults.js";
import { PeopleStep } from "./draft-people.js";
import { PlacesStep } from "./draft-places.js";
import { SendStep } from "./draft-send.js";
import { distinct, openDraft } from "./draft-work.js";

/** @import { Content, Work } from "./draft-work.js" */

/** @type {Record<string, (props: {work: Work, content: Content, to: (step: string) => string}) => unknown>} */
const STEPS = { name: NameStep, days: DaysStep, places: PlacesStep, people: PeopleStep, send: SendStep };
const STEP_NAMES = /** @type {("name" | "days" | "places" | "people" | "send")[]} */ (Object.keys(STEPS));

/** @param {{work: Work, content: Content}} props */
function NameStep({ work, content }) {
  const { faults } = work;
  return html`
    <${Field} label=${t("draft.name")} hint=${t("draft.name_hint")} fault=${faults.name}>
      ${(/** @type {any} */ attributes) => html`<input ...${attributes} value=${content.name} maxlength="100" autocomplete="off" dir="auto" onInput=${(/** @type {any} */ event) => work.change({ name: event.target.value })} />`}
    <//>
    <${Field} label=${t("draft.additional")} hint=${t("draft.additional_hint")} fault=${faults.additional}>
      ${(/** @type {any} */ attributes) => html`<textarea ...${attributes} value=${content.additional} maxlength="4000" rows="5" dir="auto" onInput=${(/** @type {any} */ event) => work.change({ additional: event.target.value })} />`}
    <//>`;
}

/** Whether a step is filled in. @param {string} step @param {Content} content */
function isDone(step, { name, date, place, people }) {
  return step === "name" ? Boolean(name.trim()) : step === "days" ? date.options.length > 0 : step === "places" ? distinct(place.options).length > 0 : people.length > 0;
}

/** @param {{now: string, content: Content, work: Work, to: (step: string) => string}} props */
function StepLinks({ now, content, work, to }) {
  const wrong = new Set([...Object.keys(work.faults).map(stepOf), ...(content.refused.length ? ["people"] : [])]);
  return html`<nav class="draft-steps" aria-label=${t("draft.steps")}><ol>
    ${STEP_NAMES.map((step) => {
      const [sign, said] = wrong.has(step) ? ["!", t("draft.wrong")] : step !== "send" && isDone(step, content) ? ["✓", t("draft.done")] : ["", ""];
      return html`<li key=${step}><a href=${to(step)} aria-current=${step === now ? "step" : undefined}>
        ${t(`draft.step_${step}`)}${sign && html`<span aria-hidden="true" class=${sign === "!" ? "draft-bad" : "draft-good"}>${sign}</span><span class="unseen"> (${said})</span>`}
      </a></li>`;
    })}
  </ol></nav>`;
}

/** What has become of what was typed. @param {{work: Work}} props */
function SaveState({ work }) {
  const { error, faults, running, dirty, hasSaved, over } = work;
  const said = useRef(/** @type {HTMLElement | null} */ (null));
  // The button goes, so the focus stays with what it was beside.
  const again = () => {
    said.current?.focus();
    return gone ? work.renew() : work.save();
  };
  const failed = error != null && !over;
  const isRefused = Object.keys(faults).length > 0;
  const gone = failed && /** @type {any} */ (error).status === 404;
  return html`<div class="draft-state small">
    <p role="status" ref=${said} tabindex="-1">${
      failed ? `${t("draft.not_saved")} ${isRefused ? t("draft.correct") : reason(error)}` : running && dirty ? t("parts.saving") : dirty || !hasSaved ? "" : t("parts.saved")
    }</p>
    ${failed && !isRefused && html`<button type="button" class="link" onClick=${again}>${t(gone ? "draft.as_new" : "parts.again")}</button>`}
  </div>`;
}

/** What somebody has done to the draft elsewhere meanwhile. @param {{work: Work}} props */
function Theirs({ work }) {
  if (!work.theirs) return null;
  const { name } = work.theirs.content;
  const settle = (/** @type {boolean} */ mine) => {
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
    return work.settle(mine);
  };
  return html`<${Notice} kind="bad">
    <p>${t("draft.theirs", { name: name || t("events.unnamed") })}</p>
    <div class="row">
      <button type="button" class="first" onClick=${() => settle(true)}>${t("draft.keep_mine")}</button>
      <button type="button" onClick=${() => settle(false)}>${t("draft.take_theirs")}</button>
    </div>
  <//>`;
}

/** @param {{work: Work}} props */
function DeleteDraft({ work }) {
  const [asks, setAsks] = useState(false);
  if (!work.id && !work.dirty) return null;
  return html`
    <button type="button" class="link draft-delete" onClick=${() => setAsks(true)}>${t("draft.delete")}</button>
    ${asks && html`<${Question} title=${t("draft.delete_title")} yes=${t("draft.delete")} act=${() => work.remove()} close=${() => setAsks(false)}><p>${t("draft.delete_text")}</p><//>`}`;
}

/** @param {{id: string | null, step: string}} props */
export function Draft({ id, step }) {
  const open = useRef(/** @type {{work: Work, by: string | null} | null} */ (null));
  // A draft that is new has another id once it is saved, and stays what it is.
  if (!open.current || (open.current.work.id !== id && open.current.by !== id)) open.current = { work: openDraft(id), by: id };
  const { work } = open.current;
  useBox(work.turn);
  const { content } = work;
  const now = STEP_NAMES.find((name) => name === step);
  const to = (/** @type {string} */ step) => href(work.id ? `/events/${work.id}/edit/${step}` : `/events/new/${step}`);
  // Whoever comes back goes on with what is not filled in yet.
  const goal = now ?? (content && STEP_NAMES.find((step) => step === "send" || !isDone(step, content)));
  useEffect(() => {
    if (goal && (!now || (work.id && work.id !== id))) go(work.id ? `/events/${work.id}/edit/${goal}` : `/events/new/${goal}`, true);
  }, [work.id, id, now, goal]);
  useEffect(() => {
    if (work.over) go(work.over === "sent" ? `/events/${work.id}` : "/", true);
  }, [work.over]);
  useEffect(() => () => void work.save(), [work]);
  if (!content || !now) return html`<${Heading} title=${t("draft.title")} />${work.error != null ? html`<${Failure} error=${work.error} again=${() => work.load()} />` : html`<${Waiting} />`}`;
  const at = STEP_NAMES.indexOf(now);
  const before = STEP_NAMES[at - 1];
  const after = /** @type {"days" | "places" | "people" | "send" | undefined} */ (STEP_NAMES[at + 1]);
  const Step = /** @type {typeof STEPS[string]} */ (STEPS[now]);
  return html`<div class="draft">
    <${StepLinks} now=${now} content=${content} work=${work} to=${to} />
    <${Theirs} work=${work} />
    <${Heading} key=${now} title=${t(`draft.title_${now}`)} />
    <form class="stack" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      if (after) location.assign(to(after));
    }}>
      <${Step} work=${work} content=${content} to=${to} />
    </form>
    <${SaveState} work=${work} />
    <div class="row draft-ways">
      ${before && html`<a class="button" href=${to(before)}>${t("parts.back")}</a>`}
      ${after && html`<a class="button first" href=${to(after)}>${t(`draft.next_${after}`)}</a>`}
      <${DeleteDraft} work=${work} />
    </div>
  </div>`;
}
