// What the parts of an event's page look at: who is in it, and how its polls stand.
import { html, useState } from "../vendor/preact.js";
import { listed, t } from "../lib/texts.js";
import { when } from "../lib/when.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { Answer, Event, Topic } from "../lib/types.js" */
/** @import { EventQueue } from "./event-work.js" */

/** @typedef {{id: string, name: string, username?: string, role: string, answer: Answer | null}} Person */
/** @typedef {{text: string, voted: string[]}} Option */

/**
 * A poll, whatever it is on.
 * @typedef {object} Poll
 * @property {Option[]} options
 * @property {string} confirmed
 * @property {string[]} confirmedVoted
 * @property {"one" | "any"} choice
 * @property {number} voters
 * @property {Set<string>} mine what the reader has voted for
 */

/**
 * @typedef {object} Scene
 * @property {Event} event
 * @property {EventQueue} queue
 * @property {string} me
 * @property {boolean} byLink
 * @property {Person[]} people the organiser first
 * @property {Person | undefined} my the reader
 * @property {Person | undefined} organiser
 * @property {Person[]} electors those whose votes count
 * @property {Map<string, string>} names by id
 * @property {boolean} leads whether the reader organises it
 * @property {Record<Topic, Poll>} polls
 */

export const TOPICS = /** @type {const} */ (["date", "place"]);

/** @param {Event} event @param {Topic} topic @returns {Poll} */
function pollOf(event, topic) {
  const { drafts, confirmed, confirmed_voted: confirmedVoted, choice, voters, my_vote: mine } = /** @type {any} */ (event[topic][0]);
  const options = drafts.map((/** @type {any} */ draft) => ({ text: draft[topic], voted: draft.voted }));
  return { options, confirmed, confirmedVoted, choice, voters, mine: new Set([mine ?? []].flat()) };
}

/** @param {Event} event @param {EventQueue} queue @returns {Scene} */
export function sceneOf(event, queue) {
  const { me, byLink } = queue.source;
  const { invited = [], confirmed = [] } = event.members[0] ?? {};
  const others = [...confirmed.map((member) => ({ ...member, answer: /** @type {const} */ ("yes") })), ...invited];
  const organiser = others.find(({ role }) => role === "admin");
  const people = /** @type {Person[]} */ ([organiser, ...others.filter((person) => person !== organiser)].filter(Boolean));
  const my = people.find(({ id }) => id === me);
  return {
    event, queue, me, byLink, people, my, organiser,
    electors: people.filter((person) => person !== organiser && person.answer !== "no"),
    names: new Map(people.map(({ id, name }) => [id, name])),
    leads: Boolean(my) && my === organiser,
    polls: { date: pollOf(event, "date"), place: pollOf(event, "place") },
  };
}

/** Whether that is decided, and the other too, so that a change is mailed to all. @param {Scene} scene @param {Topic} topic */
export function otherStands({ polls }, topic) {
  return Boolean(polls[topic === "date" ? "place" : "date"].confirmed);
}

/** A small number as a word. @param {number} count */
export function inWords(count) {
  return t("event.numbers").split(" ")[count - 1] ?? count;
}

/** An option as it is read. @param {Topic} topic @param {string} text @param {"long" | "short"} [length] */
export function optionName(topic, text, length) {
  return topic === "date" ? when(text, length) : html`<bdi>${text}</bdi>`;
}

/** A bar that says the same as the count beside it. @param {{scene: Scene, option: Option}} props */
export function Share({ scene, option }) {
  return html`<progress aria-hidden="true" max=${scene.electors.length} value=${option.voted.length}></progress>`;
}

/** Of so many names are the first shown in a sentence. */
const NAMES = 10;

/** Who is for something, as "2 of 5: you and Mary". @param {Scene} scene @param {string[]} voted */
export function voters({ me, names, electors }, voted) {
  if (!voted.length) return t("event.nobody");
  /** @type {ComponentChildren[]} */
  let shown = voted.filter((id) => id !== me && names.has(id)).map((id) => html`<bdi>${names.get(id)}</bdi>`);
  if (shown.length > NAMES + 2) shown = [...shown.slice(0, NAMES), t("event.others", { count: shown.length - NAMES })];
  if (voted.includes(me)) shown.unshift(t("event.you"));
  return [t("event.count", { count: voted.length, all: electors.length }), ": ", listed(shown)];
}

/** Of so many people are the first shown, until one asks for all. */
const MOST_SHOWN = 20;

/**
 * The first of many, and whether there are more.
 * @template T
 * @param {T[]} items
 * @returns {[T[], ComponentChildren]} those to show, and a button for the others
 */
export function useFolded(items) {
  const [all, setAll] = useState(false);
  // For two or three more nobody should have to press a button.
  if (all || items.length <= MOST_SHOWN + 4) return [items, null];
  const show = (/** @type {any} */ { currentTarget }) => {
    // The button goes, so the focus needs another place.
    currentTarget.closest("section").querySelector("h2").focus({ preventScroll: true });
    setAll(true);
  };
  return [items.slice(0, MOST_SHOWN), html`<button type="button" class="link event-left" onClick=${show}>${t("event.all", { count: items.length })}</button>`];
}
