// A draft while it is made: what was typed, and its saving. It outlives the view, so that leaving loses nothing.
import { Fault, isPassing } from "../lib/api.js";
import { box } from "../lib/box.js";
import { keep, recall } from "../lib/kept.js";
import { isOnline } from "../lib/network.js";
import { ask, me } from "../lib/session.js";
import { byDate, draftFaults } from "./draft-faults.js";

/** @import { Event } from "../lib/types.js" */

/** After so long without a further key is what was typed saved, in milliseconds. */
const DRAFT_PAUSE = 700;
/** The most that a request may hold which outlives the page. */
const SHORT_BODY = 60000;

/**
 * @typedef {{options: string[], choice: "one" | "any", confirmed: string}} Poll
 * @typedef {{id: string, name?: string, username?: string}} Guest
 * @typedef {{name: string, additional: string, date: Poll, place: Poll, people: Guest[], refused: (Guest & {why: string})[], typed: string}} Content
 * @typedef {DraftWork} Work
 */

/** @returns {Content} */
function emptyContent() {
  return {
    name: "",
    additional: "",
    date: { options: [], choice: "any", confirmed: "" },
    place: { options: [], choice: "one", confirmed: "" },
    people: [],
    refused: [],
    typed: "",
  };
}

/** @param {Event} event @returns {Content} */
function contentOf({ name, additional, date: [date], place: [place], members: [members] }) {
  /** @param {string[]} drafts @param {any} poll @returns {Poll} */
  const poll = (drafts, poll) => ({ options: poll?.confirmed ? [...drafts, poll.confirmed] : drafts, choice: poll?.choice ?? "one", confirmed: poll?.confirmed ?? "" });
  const dates = poll((date?.drafts ?? []).map(({ date }) => date), date);
  return {
    ...emptyContent(),
    name,
    additional,
    date: { ...dates, options: dates.options.sort(byDate) },
    place: poll((place?.drafts ?? []).map(({ place }) => place), place),
    people: (members?.invited ?? []).map(({ id, name, username }) => ({ id, name, ...(username ? { username } : {}) })),
  };
}

/** Each text once, without those that say nothing. @param {string[]} options */
export function distinct(options) {
  return [...new Set(options.map((option) => option.trim()).filter(Boolean))];
}

/** What the service is sent. @param {Content} content */
function bodyOf({ name, additional, date, place, people }) {
  /** @param {"date" | "place"} topic @param {string[]} options @param {Poll} poll */
  const poll = (topic, options, { choice, confirmed }) => [{ drafts: options.map((option) => ({ [topic]: option })), confirmed: confirmed.trim(), choice }];
  return {
    event: {
      name: name.trim(),
      additional: additional.trim(),
      date: poll("date", distinct(date.options).sort(byDate), date),
      place: poll("place", distinct(place.options), place),
      members: [{ invited: people.map(({ id, name }) => (name && id.includes("@") && name !== id.split("@")[0] ? { id, name } : { id })) }],
    },
  };
}

/** @param {Content} content */
function bodyText(content) {
  return JSON.stringify(bodyOf(content));
}

class DraftWork {
  /** @param {string | null} id */
  constructor(id) {
    this.id = id;
    this.owner = me.value;
    this.turn = box(0);
    /** What is there to be seen. @type {Content | null} */
    this.content = null;
    /** The body that the service has. */
    this.saved = "";
    this.etag = "";
    /** The first save, which has to be repeated as it was until its answer is known. @type {{key: string, text: string} | null} */
    this.first = null;
    /** The body that was sent last. @type {any} */
    this.asked = null;
    /** @type {unknown} */
    this.error = null;
    /** What the service refuses, by what it belongs to. @type {Record<string, string>} */
    this.faults = {};
    /** The draft as somebody has changed it elsewhere meanwhile. @type {{content: Content, etag: string} | null} */
    this.theirs = null;
    this.hasSaved = false;
    /** Whether it was sent or deleted, so that there is nothing more to save. @type {"" | "sent" | "deleted"} */
    this.over = "";
    /** @type {Promise<void> | null} */
    this.running = null;
    this.timer = 0;
    this.begin();
  }

  begin() {
    /** @type {any} */
    let kept = null;
    try {
      kept = JSON.parse(recall(this.key, !this.id) ?? "null");
    } catch {
      // What is kept is of no known form: the service's draft is shown.
    }
    if (kept?.dirty || (kept && !this.id)) {
      const { content, saved, etag, first } = kept;
      Object.assign(this, { content: { ...emptyContent(), ...content }, saved, etag, first });
      this.save();
    } else if (this.id) this.load(kept?.content);
    else {
      this.content = emptyContent();
      this.saved = bodyText(this.content);
    }
  }

  get key() {
    return `draft.${this.owner}.${this.id ?? "new"}`;
  }

  get dirty() {
    return this.content !== null && (this.first !== null || bodyText(this.content) !== this.saved);
  }

  tell() {
    this.turn.set(this.turn.value + 1);
  }

  /** Reads the draft. @param {Content} [kept] with what was typed and cannot be saved */
  async load(kept) {
    this.error = null;
    this.tell();
    const before = this.etag;
    try {
      const { body, etag } = await ask("GET", `event/${this.id}`);
      if (body.event.status) this.end("sent");
      else if (!this.dirty && this.etag === before) {
        const { refused, typed } = kept ?? this.content ?? emptyContent();
        this.take({ ...contentOf(body.event), refused, typed }, etag);
      }
    } catch (error) {
      // What is shown already may be gone on with: the next save tells whether it was changed.
      if (!this.content || !isPassing(error)) this.error = error;
    }
    this.tell();
  }

  /** Shows that content, which the service has. @param {Content} content @param {string} etag */
  take(content, etag) {
    this.content = content;
    this.etag = etag;
    this.saved = bodyText(content);
  }

  /** Changes it, and saves it in a moment. @param {Partial<Content>} part */
  change(part) {
    if (!this.content || this.over) return;
    this.content = { ...this.content, ...part };
    this.store();
    clearTimeout(this.timer);
    if (this.dirty) this.timer = window.setTimeout(() => this.save(), DRAFT_PAUSE);
    this.tell();
  }

  /** Keeps in the browser what the service does not have. */
  store() {
    const { content, saved, etag, first, dirty, id } = this;
    const more = content && (dirty || content.refused.length > 0 || content.typed);
    keep(this.key, more && !this.over ? JSON.stringify({ content, saved, etag, first, dirty }) : null, !id);
  }

  /** Saves what is not saved. One request at a time is under way. @param {boolean} [leaving] whether the page is left */
  save(leaving = false) {
    clearTimeout(this.timer);
    this.running ??= this.run(leaving).finally(() => {
      this.running = null;
      this.tell();
    });
    return this.running;
  }

  /** @param {boolean} leaving */
  async run(leaving) {
    this.error = null;
    // Who has logged in meanwhile saves nothing of somebody else's.
    while (this.dirty && !this.over && !this.theirs && this.error === null && this.owner === me.value) {
      try {
        await this.saveOnce(leaving);
      } catch (error) {
        await this.failed(error).catch((error) => {
          this.error = error;
        });
      }
      this.store();
    }
  }

  /** @param {boolean} leaving */
  async saveOnce(leaving) {
    const content = /** @type {Content} */ (this.content);
    if (!this.id) this.first ??= { key: crypto.getRandomValues(new Uint32Array(4)).join("-"), text: bodyText(content) };
    const text = this.first?.text ?? bodyText(content);
    this.store();
    this.tell();
    const outlives = leaving && text.length < SHORT_BODY;
    const body = JSON.parse(text);
    this.asked = body;
    const answer = this.first
      ? await ask("POST", "event", { body, outlives, headers: { "Idempotency-Key": this.first.key } })
      : await ask("PUT", `event/${this.id}`, { body, outlives, headers: { "If-Match": this.etag } });
    if (this.first) {
      keep(this.key, null, true);
      this.first = null;
      this.id = answer.body.event.id;
    }
    this.etag = answer.etag;
    this.faults = {};
    this.hasSaved = true;
    this.meet(body, answer.body.event);
    this.saved = text;
  }

  /** Takes over the names of those whom the service knows, and drops whom it found to be named twice. @param {any} sent @param {Event} event */
  meet(sent, event) {
    const known = new Map(contentOf(event).people.map((guest) => [guest.id, guest]));
    const asked = new Set(sent.event.members[0].invited.map((/** @type {Guest} */ { id }) => id));
    const content = /** @type {Content} */ (this.content);
    this.content = { ...content, people: content.people.flatMap((guest) => known.get(guest.id) ?? (asked.has(guest.id) ? [] : guest)) };
  }

  /** @param {unknown} error */
  async failed(error) {
    if (!(error instanceof Fault)) throw error;
    if (this.first && !isPassing(error) && error.status !== 401) this.first = null;
    if (error.status === 412) await this.meetTheirs();
    else if (error.code === "already_sent") this.end("sent");
    else if (error.status === 400 && this.refuse(error, this.asked)) return;
    else this.error = error;
  }

  /** Says what the service refuses. Whom it does not know is set aside, so that the rest can be saved. @param {Fault} fault @param {any} body */
  refuse({ errors }, body) {
    const content = /** @type {Content} */ (this.content);
    const { faults, people } = draftFaults(errors, body);
    this.faults = faults;
    const left = content.people.filter(({ id }) => !(id in people));
    const isLess = left.length < content.people.length;
    const refused = content.people.filter(({ id }) => id in people).map((guest) => ({ ...guest, why: /** @type {string} */ (people[guest.id]) }));
    this.content = { ...content, people: left, refused: [...content.refused.filter(({ id }) => !(id in people)), ...refused] };
    return isLess && Object.keys(faults).length === 0;
  }

  /** Reads what somebody has made of the draft elsewhere. */
  async meetTheirs() {
    const { body, etag } = await ask("GET", `event/${this.id}`);
    if (body.event.status) return this.end("sent");
    const content = contentOf(body.event);
    const text = bodyText(content);
    if (text === this.saved || text === bodyText(/** @type {Content} */ (this.content))) Object.assign(this, { etag, saved: text });
    else this.theirs = { content, etag };
  }

  /** @param {boolean} mine whether what was typed here is to stay */
  settle(mine) {
    const theirs = /** @type {{content: Content, etag: string}} */ (this.theirs);
    this.theirs = null;
    if (mine) Object.assign(this, { etag: theirs.etag, saved: bodyText(theirs.content) });
    else this.take({ ...theirs.content, typed: this.content?.typed ?? "" }, theirs.etag);
    this.faults = {};
    this.store();
    this.tell();
    return this.save();
  }

  /** Saves it as a new draft, after the one before was deleted elsewhere. */
  renew() {
    keep(this.key, null, !this.id);
    Object.assign(this, { id: null, etag: "", saved: "", error: null });
    return this.save();
  }

  /** Sends the invitations. */
  async send() {
    await this.save();
    if (this.error !== null) throw this.error;
    if (this.theirs || this.dirty) throw new Fault(412, { code: "draft_changed" });
    try {
      await ask("POST", `event/${this.id}/send`);
    } catch (error) {
      if (error instanceof Fault && error.code === "already_sent") return this.end("sent");
      if (error instanceof Fault && error.status === 400) this.refuse(error, JSON.parse(this.saved));
      this.store();
      this.tell();
      throw error;
    }
    this.end("sent");
  }

  /** Deletes it. */
  async remove() {
    await this.running;
    try {
      if (this.id) await ask("DELETE", `event/${this.id}`);
    } catch (error) {
      if (!(error instanceof Fault) || error.status !== 404) throw error;
    }
    this.end("deleted");
  }

  /** @param {"sent" | "deleted"} how */
  end(how) {
    clearTimeout(this.timer);
    this.over = how;
    this.first = null;
    this.store();
    this.tell();
  }
}

/** The draft that was open last. @type {DraftWork | null} */
let lastDraft = null;

/** The draft of that id, or a new one. @param {string | null} id */
export function openDraft(id) {
  if (lastDraft?.id === id && lastDraft.owner === me.value && !lastDraft.over) {
    if (id && !lastDraft.dirty) lastDraft.load();
    return lastDraft;
  }
  lastDraft = new DraftWork(id);
  return lastDraft;
}

isOnline.listen(() => {
  if (isOnline.value && lastDraft?.dirty) lastDraft.save();
});
addEventListener("pagehide", () => {
  if (lastDraft?.dirty) lastDraft.save(true);
});
