// An event: what, when, where, who comes, and what the reader still has to do.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { Failure, Heading, Question, Waiting } from "../lib/parts.js";
import { Fault } from "../lib/api.js";
import { go, href } from "../lib/router.js";
import { ask, me } from "../lib/session.js";
import { isOff } from "../lib/shell.js";
import { has, rich, t } from "../lib/texts.js";
import { Organise } from "./event-organise.js";
import { EventAnswer, EventPeople } from "./event-people.js";
import { PollCard } from "./event-polls.js";
import { sceneOf, TOPICS } from "./event-scene.js";
import { useEvent } from "./event-work.js";

/** @import { TextKey } from "../lib/types.js" */
/** @import { Scene } from "./event-scene.js" */
/** @import { Said, Source } from "./event-work.js" */

/** The event of who is logged in. @param {{id: string}} props */
export function EventPage({ id }) {
  const source = useMemo(() => ({
    key: `event ${id} ${me.value}`,
    id,
    me: me.value ?? "",
    byLink: false,
    ask: (/** @type {string} */ method, /** @type {string} */ path, /** @type {any} */ asked) => ask(method, `event/${encodeURIComponent(id)}${path}`, asked),
  }), [id]);
  if (!/^[\w-]+$/.test(id)) return html`<${EventOver} why="no_such_event" />`;
  return html`<${EventView} source=${source} />`;
}

/** @param {{source: Source}} props */
export function EventView({ source }) {
  const { queue, event, error, said, reload, over } = useEvent(source);
  const isDraft = event?.status === false;
  useEffect(() => {
    if (isDraft) go(`/events/${source.id}/edit`, true);
  }, [isDraft]);
  const wanted = useRef(false);
  const shown = useRef(false);
  const again = () => {
    wanted.current = true;
    reload();
  };
  useLayoutEffect(() => {
    if (!wanted.current || !(event || error)) return;
    // The button that was pressed is gone.
    wanted.current = false;
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  });
  useLayoutEffect(() => {
    if (over && shown.current) /** @type {HTMLElement} */ (document.querySelector("main h1")).focus();
    shown.current = !over && Boolean(event);
  });
  if (over) return html`<${EventOver} why=${over} byLink=${source.byLink} />`;
  if (!event && error) {
    return html`<div class="stack">
      <${Heading} title=${t("event.cannot")} />
      <${Failure} error=${error} again=${again} />
    </div>`;
  }
  if (!event || isDraft) return html`<${Waiting} />`;
  // What the page says on top of all views, that one is offline, is not said twice.
  const stale = error instanceof Fault && (error.status || navigator.onLine);
  return html`<${EventBody} scene=${sceneOf(event, queue)} said=${said} fault=${stale ? error : null} again=${again} />`;
}

/** Keeps the focus in its part of the page, when what had it is there no more. */
function useKeptFocus() {
  const part = useRef("");
  const last = useRef(/** @type {Element | null} */ (null));
  useLayoutEffect(() => {
    const { activeElement } = document;
    if (!last.current || last.current.isConnected || (activeElement && activeElement !== document.body)) return;
    last.current = null;
    (document.getElementById(`${part.current}-title`) ?? /** @type {HTMLElement | null} */ (document.querySelector("main h1")))?.focus();
  });
  return (/** @type {any} */ { target }) => {
    last.current = target;
    part.current = target.closest("section[id]")?.id ?? "";
  };
}

/** @param {{scene: Scene, said: Said, fault: unknown, again: () => void}} props */
function EventBody({ scene, said, fault, again }) {
  const { event, leads, organiser, byLink, my } = scene;
  const onFocusIn = useKeptFocus();
  return html`<div class="event" onFocusIn=${onFocusIn}>
    <div class="event-head">
      <p class="quiet">${leads ? t("event.you_invite") : organiser && rich("event.invites", { name: html`<bdi>${organiser.name}</bdi>` })}</p>
      <${Heading} title=${event.name} />
      ${event.additional && html`<p class="event-note" dir="auto">${event.additional}</p>`}
      ${fault != null && html`<${Failure} error=${fault} again=${again} />`}
    </div>
    <div class="event-main stack">
      ${TOPICS.map((topic) => html`<${PollCard} key=${topic} scene=${scene} topic=${topic} />`)}
      ${!leads && html`<${EventAnswer} scene=${scene} />`}
    </div>
    <${EventPeople} scene=${scene} />
    <div class="event-more stack">
      ${leads ? html`<${Organise} scene=${scene} />` : html`<${Leave} scene=${scene} />`}
      ${byLink && !my?.username && !isOff && html`<p class="small quiet">${rich("event.register", { link: html`<a href=${href("/register")}>${t("event.register_link")}</a>` })}</p>`}
    </div>
    <${TodoBar} scene=${scene} said=${said} />
  </div>`;
}

/**
 * What the reader still has to do, as the part of the page and the text. The organiser need not decide before anybody has voted.
 * @param {Scene} scene
 * @returns {[string, TextKey] | undefined}
 */
function leftToDo({ leads, my, polls }) {
  if (!my || my.answer === "no") return undefined;
  const open = TOPICS.find((topic) => !polls[topic].confirmed && polls[topic].options.length && (leads ? polls[topic].voters : !polls[topic].mine.size));
  if (open) return [open, `event.${open}.${leads ? "decide" : "vote"}`];
  return leads || my.answer ? undefined : ["you", "event.say"];
}

/** Says what is to be done, with a button that leads there, and what has become of what was done. @param {{scene: Scene, said: Said}} props */
function TodoBar({ scene, said: { text, kind } }) {
  const [part, words] = leftToDo(scene) ?? [];
  const lead = () => {
    const target = /** @type {HTMLElement} */ (document.getElementById(/** @type {string} */ (part)));
    target.scrollIntoView();
    const first = target.querySelector("input:checked") ?? target.querySelector("input, .event-answers button, [id$='-do']");
    /** @type {HTMLElement | null} */ (first)?.focus({ preventScroll: true });
  };
  return html`<div class="event-bar ${part || kind ? "" : "unseen"}">
    <p class=${kind || "unseen"} role="status">${text}</p>
    ${words && html`<button type="button" class="first" onClick=${lead}>${t(words)}</button>`}
  </div>`;
}

/** @param {{scene: Scene}} props */
function Leave({ scene: { event, queue, me } }) {
  const [asks, setAsks] = useState(false);
  const act = async () => {
    await queue.act("DELETE", `/members/${me}`).catch((error) => {
      if (!(error instanceof Fault && error.code === "no_such_member")) throw error;
    });
    queue.set(undefined);
    queue.end({ word: "left", name: event.name });
  };
  return html`<section id="leave">
    <button type="button" class="link" id="leave-title" onClick=${() => setAsks(true)}>${t("event.leave")}</button>
    ${asks &&
    html`<${Question} title=${t("event.leave_title")} yes=${t("event.leave_yes")} act=${act} close=${() => setAsks(false)}>
      <p>${t("event.leave_text")}</p>
    <//>`}
  </section>`;
}

/**
 * Why there is nothing to be seen, and what one can do.
 * @param {{why: any, byLink?: boolean}} props a fault, or a word, which may come with the event's name
 */
export function EventOver({ why, byLink = false }) {
  const word = why instanceof Fault ? why.code : (why.word ?? why);
  const key = has(`event.over.${word}`) ? word : "unauthenticated";
  return html`<div class="stack">
    <${Heading} title=${t(/** @type {TextKey} */ (`event.over.${key}`))} />
    <p>${t(/** @type {TextKey} */ (`event.over.${key}_text`), { name: why.name ?? "" })}</p>
    ${!byLink && html`<p><a class="button" href=${href("/")}>${t("nav.events")}</a></p>`}
  </div>`;
}
