// A look at what is sent, before it is.
import { html } from "../vendor/preact.js";
import { useBox } from "../lib/box.js";
import { Action } from "../lib/parts.js";
import { user } from "../lib/session.js";
import { listed, rich, t } from "../lib/texts.js";
import { when } from "../lib/when.js";
import { distinct } from "./draft-work.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { Content, Poll, Work } from "./draft-work.js" */

/** So many options of a poll are in the mail. */
const MAILED_OPTIONS = 5;
/** So many people are named. */
const NAMED_GUESTS = 10;
/** So much of the text is shown. */
const SHOWN_TEXT = 200;

/** What is missing before it can be sent, with the step where it belongs. @param {Content} content */
function draftGaps({ name, date, place, people, refused, typed }) {
  /** @type {[boolean, string, string][]} */
  const gaps = [
    [!name.trim(), "name", t("draft.missing_name")],
    [!date.options.length, "days", t("draft.missing_days")],
    [!distinct(place.options).length, "places", t("draft.missing_places")],
    [!people.length, "people", t("draft.missing_people")],
    [refused.length > 0, "people", t("draft.missing_refused", { count: refused.length })],
    [Boolean(typed.trim()), "people", t("draft.missing_typed", { what: typed.trim() })],
  ];
  return gaps.filter(([isGap]) => isGap);
}

/** What of a poll is mailed. @param {{topic: "date" | "place", poll: Poll}} props */
function PollLook({ topic, poll: { options, confirmed } }) {
  const all = confirmed ? [confirmed] : distinct(options);
  const shown = all.map((option) => (topic === "date" ? when(option) : html`<bdi>${option}</bdi>`));
  if (shown.length < 2) return shown[0] ?? "–";
  return html`${t(topic === "date" ? "events.days" : "events.places", { count: shown.length })}
    <ul>
      ${shown.slice(0, MAILED_OPTIONS).map((option) => html`<li>${option}</li>`)}
      ${shown.length > MAILED_OPTIONS && html`<li>${t("draft.more", { count: shown.length - MAILED_OPTIONS })}</li>`}
    </ul>`;
}

/** @param {{label: string, to: string, step: "name" | "days" | "places" | "people", children?: ComponentChildren}} props */
function LookLine({ label, to, step, children }) {
  return html`<div class="draft-look"><dt>${label}</dt><dd>${children}</dd><dd><a href=${to} aria-label="${t("draft.change")}: ${t(`draft.step_${step}`)}">${t("draft.change")}</a></dd></div>`;
}

/** @param {{content: Content}} props */
function MailLook({ content: { name, additional, date, place } }) {
  const mine = useBox(user);
  const who = html`<bdi>${mine?.name || mine?.username || t("draft.you")}</bdi>`;
  const decided = date.confirmed && place.confirmed;
  const text = additional.trim();
  return html`<figure class="card draft-mail" aria-labelledby="draft-mail">
    <figcaption id="draft-mail" class="small quiet">${t("draft.mail")}</figcaption>
    <p><b>${rich("draft.mail_invites", { who, what: html`<bdi>${name.trim()}</bdi>` })}</b></p>
    <div>${t("draft.mail_when")} <${PollLook} topic="date" poll=${date} /></div>
    <div>${t("draft.mail_where")} <${PollLook} topic="place" poll=${place} /></div>
    ${text && html`<p>${rich("draft.mail_writes", { who, text: html`<bdi>${text.slice(0, SHOWN_TEXT)}${text.length > SHOWN_TEXT ? " …" : ""}</bdi>` })}</p>`}
    <p><span class="draft-mail-button">${t(decided ? "draft.mail_answer" : "draft.mail_vote")}</span></p>
    <p class="small quiet">${t("draft.mail_guest")}</p>
  </figure>`;
}

/** @param {{work: Work, content: Content, to: (step: string) => string}} props */
export function SendStep({ work, content, to }) {
  const { name, people, date, place } = content;
  const gaps = draftGaps(content);
  const guests = people.map(({ id, name, username }) => html`<bdi>${name || username || id}</bdi>`);
  const named = guests.length > NAMED_GUESTS ? [...guests.slice(0, NAMED_GUESTS), t("draft.more", { count: guests.length - NAMED_GUESTS })] : guests;
  return html`
    ${gaps.length > 0 && html`<div class="notice">
      <p><b>${t("draft.missing")}</b></p>
      <ul>${gaps.map(([, step, text]) => html`<li key=${text}><a class="draft-gap" href=${to(step)}>${text}</a></li>`)}</ul>
    </div>`}
    <dl class="card draft-summary">
      <${LookLine} label=${t("draft.step_name")} to=${to("name")} step="name"><bdi>${name.trim() || "–"}</bdi><//>
      <${LookLine} label=${t("draft.step_days")} to=${to("days")} step="days"><${PollLook} topic="date" poll=${date} /><//>
      <${LookLine} label=${t("draft.step_places")} to=${to("places")} step="places"><${PollLook} topic="place" poll=${place} /><//>
      <${LookLine} label=${t("draft.step_people")} to=${to("people")} step="people">${guests.length ? listed(named) : "–"}<//>
    </dl>
    ${gaps.length === 0 && html`
      <${MailLook} content=${content} />
      <p>${t("draft.mailed_to", { count: people.length })}</p>
      <div class="stack draft-send"><${Action} kind="first" act=${() => work.send()}>${t("draft.send")}<//></div>`}`;
}
