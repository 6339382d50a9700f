// What the service refuses in a draft, by what it belongs to.
import { t } from "../lib/texts.js";
import { parse } from "../lib/when.js";

/** @param {string} a @param {string} b */
export function byDate(a, b) {
  const order = (/** @type {string} */ text) => parse(text)?.iso ?? text;
  return order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0;
}

/** The step where a topic is filled in. @type {Record<string, string>} */
const STEP_OF = { name: "name", additional: "name", date: "days", place: "places", members: "people" };

/** The step to which what is refused belongs. @param {string} key */
export function stepOf(key) {
  return STEP_OF[key.split(":")[0] ?? ""] ?? "send";
}

/** A fault in the reader's language, as far as it is known. @param {string} message */
function wordsOf(message) {
  const [, longest] = message.match(/at most (\d+) characters/) ?? [];
  if (longest) return t("draft.long", { count: Number(longest) });
  if (message.includes("twice")) return t("draft.twice");
  if (/control characters|turns or hides|one line/.test(message)) return t("draft.characters");
  return message;
}

/**
 * @param {{field: string, message: string}[]} errors
 * @param {any} body which was refused
 * @returns {{faults: Record<string, string>, people: Record<string, string>}} by topic, or topic and option; by whom the draft names
 */
export function draftFaults(errors, { event }) {
  /** @type {Record<string, string>} */
  const faults = {};
  /** @type {Record<string, string>} */
  const people = {};
  for (const { field, message } of errors) {
    const [, topic = "", part, at] = field.match(/^(?:event\.)?(\w+)(?:\[0\])?(?:\.(\w+))?(?:\[(\d+)\])?/) ?? [];
    if (part === "invited" && at) {
      const { id } = event.members[0].invited[Number(at)];
      people[id] = /no user|username/.test(message) ? t(id.includes("@") ? "draft.no_address" : "draft.no_user", { who: id }) : `${id}: ${wordsOf(message)}`;
    } else if (part === "drafts" && at) faults[`${topic}:${event[topic][0].drafts[Number(at)][topic]}`] = wordsOf(message);
    else if (part === "confirmed") faults[`${topic}:${event[topic][0].confirmed}`] = wordsOf(message);
    else faults[topic] = wordsOf(message);
  }
  return { faults, people };
}
