// An event as the service last told it, and what was changed here since and is still on its way there.
import { useEffect, useMemo } from "../vendor/preact.js";
import { Fault, isPassing, reason } from "../lib/api.js";
import { box, useBox } from "../lib/box.js";
import { useLoaded } from "../lib/load.js";
import { t } from "../lib/texts.js";

/** @import { Asked } from "../lib/api.js" */
/** @import { Answer, Event, Topic } from "../lib/types.js" */

/**
 * How the event is asked for, and as whom.
 * @typedef {object} Source
 * @property {string} key what tells it from all others
 * @property {string} id the event's
 * @property {string} me the reader's id among the members
 * @property {boolean} byLink whether the reader has but the link of an invitation
 * @property {(method: string, path: string, asked?: Asked) => Promise<{body: any}>} ask the path is the one after the event's
 */

/**
 * @typedef {object} Change
 * @property {string} method
 * @property {string} path
 * @property {unknown} body
 * @property {(event: Event) => void} apply makes of the event what the service will make of it
 * @property {(event: Event) => string} done what is said when it has worked
 */

/** @typedef {{text: string, kind: "" | "plain" | "bad", over: unknown}} Said `over` is why there is nothing to be seen any more: a fault, or a word of ours */

/** The changes to one event. They are sent one after the other, also when the reader has left it for another view. */
export class EventQueue {
  /** @type {Change[]} */
  changes = [];
  /** How many were answered. */
  writes = 0;
  /** The event as it was in the last answer. @type {Event | undefined} */
  stored = undefined;
  state = box(/** @type {Said} */ ({ text: "", kind: "", over: null }));
  /** @type {(event: Event | undefined) => void} */
  set = () => {};
  reload = () => {};

  /** @param {Source} source */
  constructor(source) {
    this.source = source;
  }

  /** @param {string} text @param {Said["kind"]} [kind] one without a kind is for those who do not see that it has worked */
  say(text, kind = "") {
    this.state.set({ text, kind, over: null });
  }

  /** @param {unknown} why a fault, or a word */
  end(why) {
    this.changes = [];
    this.state.set({ text: "", kind: "", over: why });
  }

  /** Shows a change at once, and sends it when it is its turn. @param {Change} change */
  push(change) {
    this.changes.push(change);
    this.say("");
    if (this.changes.length === 1) this.run();
  }

  async run() {
    for (let [change] = this.changes; change; [change] = this.changes) {
      /** @type {unknown} */
      let fault = null;
      let event;
      try {
        event = await this.send(change);
      } catch (error) {
        fault = error;
      }
      this.changes = this.changes.slice(1);
      if (event) this.take(event, change.done(event));
      else this.fail(fault);
    }
  }

  /** @param {Change} change @returns {Promise<Event>} */
  async send({ method, path, body }) {
    const answer = await this.source.ask(method, path, { body, outlives: true });
    if (!answer.body?.event) throw new Fault(502);
    return answer.body.event;
  }

  /** @param {Event} event @param {string} text */
  take(event, text) {
    this.writes += 1;
    this.stored = event;
    this.set(event);
    this.say(text);
  }

  /** @param {unknown} error */
  fail(error) {
    if (isOver(error)) return this.end(error);
    const late = error instanceof Fault && error.code === "poll_decided";
    this.say(late ? reason(error) : t("event.not_saved", { reason: reason(error) }), "bad");
    // Somebody else was faster, so that what is shown is old.
    if (error instanceof Fault && error.status && !isPassing(error)) this.reload();
  }

  /** Does what is not shown before it has worked. @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async act(method, path, body) {
    try {
      const { body: answer } = await this.source.ask(method, path, { body });
      if (answer?.event) this.take(answer.event, "");
      return answer?.event;
    } catch (error) {
      if (isOver(error)) this.end(error);
      else if (error instanceof Fault && [403, 404, 409].includes(error.status)) this.reload();
      throw error;
    }
  }

  /** Sends what waits for its turn, since there will be none. What comes back to life sends it again, which changes nothing. */
  flush() {
    for (const change of this.changes.slice(1)) this.send(change).catch(() => {});
  }
}

/** Whether the reader has nothing more to do with it. @param {unknown} error */
export function isOver(error) {
  return error instanceof Fault && (error.status === 401 || error.code === "no_such_event");
}

/** @type {Map<string, EventQueue>} */
const queues = new Map();

/** @param {Source} source */
function queueOf(source) {
  const queue = queues.get(source.key) ?? new EventQueue(source);
  queues.set(source.key, queue);
  return queue;
}

/**
 * The event with what was changed here.
 * @param {Source} source
 */
export function useEvent(source) {
  const queue = queueOf(source);
  const said = useBox(queue.state);
  const { data, error, reload, set } = useLoaded(source.key, async (signal) => {
    const { writes } = queue;
    const { body } = await source.ask("GET", "", { signal });
    // What was asked before a change and answered after it is older than the change's answer.
    return /** @type {Event | undefined} */ (writes === queue.writes ? body.event : (queue.stored ?? body.event));
  });
  queue.set = set;
  queue.reload = reload;
  useEffect(() => {
    const flush = () => queue.flush();
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("pagehide", flush);
      // That something was not saved is still to be read by who comes back.
      if (queue.state.value.kind !== "bad") queue.say("");
    };
  }, [queue]);
  const event = useMemo(() => {
    if (!data || !queue.changes.length) return data;
    const changed = structuredClone(data);
    for (const change of queue.changes) change.apply(changed);
    return changed;
  }, [data, queue.changes, queue.changes.length]);
  return { queue, event, error, said, reload, over: said.over ?? (isOver(error) ? error : null) };
}

/** @param {EventQueue} queue @param {Topic} topic @param {string} option @param {boolean} on whether one is for it */
export function vote(queue, topic, option, on) {
  const { me } = queue.source;
  queue.push({
    method: on ? "PUT" : "DELETE",
    path: "/vote",
    body: { event: { [topic]: [{ confirmed: option }] } },
    apply(event) {
      const poll = /** @type {any} */ (event[topic][0]);
      const mine = new Set([poll.my_vote ?? []].flat());
      if (poll.choice === "one") mine.clear();
      if (on) mine.add(option);
      else mine.delete(option);
      poll.my_vote = poll.choice === "any" ? [...mine] : ([...mine][0] ?? null);
      const counts = !event.members[0]?.invited.some(({ id, answer }) => id === me && answer === "no");
      for (const draft of poll.drafts) {
        draft.voted = draft.voted.filter((/** @type {string} */ id) => id !== me);
        if (counts && mine.has(draft[topic])) draft.voted.push(me);
      }
      poll.voters = new Set(poll.drafts.flatMap((/** @type {{voted: string[]}} */ draft) => draft.voted)).size;
    },
    done: (event) => t(event[topic][0]?.confirmed ? `event.${topic}.is_decided` : on ? "event.voted" : "event.vote_back"),
  });
}

/** @param {EventQueue} queue @param {Answer} answer */
export function answerWith(queue, answer) {
  const { me } = queue.source;
  queue.push({
    method: "PUT",
    path: "/answer",
    body: { answer },
    apply(event) {
      const members = /** @type {any} */ (event.members[0]);
      const my = [...members.confirmed, ...members.invited].find(({ id }) => id === me);
      for (const list of ["confirmed", "invited"]) members[list] = members[list].filter((/** @type {unknown} */ member) => member !== my);
      members[answer === "yes" ? "confirmed" : "invited"].push({ ...my, answer });
    },
    done: () => t("event.answer_saved"),
  });
}
