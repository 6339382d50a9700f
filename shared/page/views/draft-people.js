// Whom one invites: one field for usernames, contacts and addresses.
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { reason } from "../lib/api.js";
import { useBox } from "../lib/box.js";
import { Face } from "../lib/parts.js";
import { ask, user } from "../lib/session.js";
import { t } from "../lib/texts.js";

/** @import { Content, Guest, Work } from "./draft-work.js" */
/** @typedef {{id: string, name: string, username: string, avatar: string}} Found */

/** The most people who are invited to an event. */
const MOST_GUESTS = 500;
/** The most contacts that are offered without being asked for. */
const MOST_OFFERED = 8;
/** After so long without a further key are people searched for, in milliseconds. */
const SEARCH_PAUSE = 250;

/** What is typed or pasted, as people: "ann, Bob Lee <bob@example.com>". @param {string} text @returns {Guest[]} */
function guestsIn(text) {
  const parts = text.match(/(?:"[^"]*"|<[^>]*>|[^,;\n\t"<])+/g) ?? [];
  return parts.flatMap((part) => {
    const words = part.trim().split(/\s+/);
    if (words.length > 1 && words.every((word) => /^[^<>"]+@[^<>"]+$/.test(word))) return words.map((id) => ({ id }));
    const [, name = "", id = part.trim()] = part.match(/^\s*"?(.*?)"?\s*<\s*([^<>]+?)\s*>\s*$/) ?? [];
    return id ? [name ? { id, name } : { id }] : [];
  });
}

/** Whether it can be meant for somebody at all. @param {Guest} guest */
function isWrong({ id }) {
  return id.includes("@") ? !/^\S+@[^\s@]+$/.test(id) : /\s/.test(id);
}

/** @param {Guest} a @param {{id: string, username?: string}} b */
function isSame(a, b) {
  const names = [b.id, b.username].map((name) => name?.toLowerCase());
  return [a.id, a.username].some((name) => name && names.includes(name.toLowerCase()));
}

/** Who fits what is typed: contacts, and then whom the service finds. @param {string} typed @param {Guest[]} people */
function useFound(typed, people) {
  const [found, setFound] = useState(/** @type {{users: Found[], error: unknown}} */ ({ users: [], error: null }));
  const contacts = useBox(user)?.contacts ?? [];
  const query = typed.trim();
  useEffect(() => {
    setFound({ users: [], error: null });
    if (query.length < 2 || query.length > 20 || /[@\s,;<]/.test(query)) return;
    const leaving = new AbortController();
    const search = () =>
      ask("GET", `user/search?limit=8&query=${encodeURIComponent(query)}`, { signal: leaving.signal }).then(
        ({ body }) => leaving.signal.aborted || setFound({ users: body.users, error: null }),
        (error) => leaving.signal.aborted || setFound({ users: [], error }),
      );
    const timer = setTimeout(search, SEARCH_PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [query]);
  const low = query.toLowerCase();
  const fits = (/** @type {Found} */ { name, username }) => [username, ...name.split(/\s+/), name].some((word) => word.toLowerCase().startsWith(low));
  const all = low ? [...contacts.filter(fits), ...found.users] : [];
  const isNew = (/** @type {Found} */ one, /** @type {number} */ at) => all.findIndex(({ id }) => id === one.id) === at && !people.some((guest) => isSame(guest, one));
  return { found: all.filter(isNew).slice(0, MOST_OFFERED), error: found.error, offered: contacts.filter((one) => !people.some((guest) => isSame(guest, one))).slice(0, MOST_OFFERED) };
}

/** @param {Found} found @returns {Guest} */
function guestOf({ name, username }) {
  return { id: username, name, username };
}

/** @param {{guest: Guest, why?: string, remove: () => void, mend?: () => void}} props */
function GuestChip({ guest: { id, name, username }, why, remove, mend }) {
  const shown = name || username || id;
  const also = id.includes("@") ? id : (username ?? id);
  return html`<li class="draft-chip ${why ? "wrong" : ""}">
    <span><bdi>${shown}</bdi>${also !== shown && html` <bdi class="small quiet">${also}</bdi>`}</span>
    ${mend && html`<button type="button" class="link small" aria-label=${t("draft.mend_who", { who: shown })} onClick=${mend}>${t("draft.mend")}</button>`}
    <button type="button" class="draft-remove" aria-label=${t("draft.remove", { what: shown })} onClick=${remove}><span aria-hidden="true">×</span></button>
  </li>`;
}

/** @param {{work: Work, content: Content}} props */
export function PeopleStep({ work, content }) {
  const { people, refused, typed } = content;
  const mine = useBox(user);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [fault, setFault] = useState("");
  const id = useId();
  const { found, error, offered } = useFound(typed, people);
  /** Takes them in, and says of whom it does not. @param {Guest[]} guests @param {string} [left] what stays typed */
  const add = (guests, left = "") => {
    const next = [...people];
    const wrong = guests.filter(isWrong);
    let why = wrong[0] ? t("draft.no_address", { who: wrong[0].id }) : "";
    for (const guest of guests) {
      if (wrong.includes(guest)) continue;
      if (mine && (isSame(guest, mine) || guest.id.toLowerCase() === mine["e-mail"].toLowerCase())) why = t("draft.yourself");
      else if (next.some((other) => isSame(other, guest))) why ||= t("draft.in_already", { who: guest.name ?? guest.id });
      else if (next.length >= MOST_GUESTS) why = t("draft.most_people", { count: MOST_GUESTS });
      else next.push(guest);
    }
    setFault(why);
    const again = (/** @type {Guest} */ { id }) => guests.some((guest) => guest.id === id);
    work.change({ people: next, refused: refused.filter((guest) => !again(guest)), typed: left || wrong.map(({ id }) => id).join(", ") });
  };
  const chosen = (/** @type {Guest[]} */ guests) => {
    add(guests);
    input.current?.focus();
  };
  const faults = [fault, ...refused.map(({ why }) => why), work.faults.members].filter(Boolean);
  return html`
    <div class="field ${faults.length ? "wrong" : ""}">
      <label for=${id}>${t("draft.people")}</label>
      <p class="hint" id="${id}-hint">${t("draft.people_hint")}</p>
      <div id="${id}-fault" role="alert">${faults.map((fault) => html`<p class="fault">${fault}</p>`)}</div>
      <${PeopleInput} id=${id} field=${input} typed=${typed} found=${found} isWrong=${faults.length > 0} add=${add} type=${(/** @type {string} */ typed) => {
        setFault("");
        work.change({ typed });
      }} />
      ${error != null && html`<p class="hint">${t("draft.no_search")} ${reason(error)}</p>`}
    </div>
    ${(people.length > 0 || refused.length > 0) && html`<section class="stack" aria-labelledby="${id}-chosen">
      <h2 id="${id}-chosen">${t("draft.invited", { count: people.length })}</h2>
      <ul class="draft-chips">
        ${refused.map((guest) => html`<${GuestChip} key=${`!${guest.id}`} guest=${guest} why=${guest.why} remove=${() => {
          work.change({ refused: refused.filter((other) => other !== guest) });
          input.current?.focus();
        }} mend=${() => {
          work.change({ refused: refused.filter((other) => other !== guest), typed: guest.id });
          input.current?.focus();
        }} />`)}
        ${people.map((guest) => html`<${GuestChip} key=${guest.id} guest=${guest} remove=${() => {
          work.change({ people: people.filter((other) => other !== guest) });
          input.current?.focus();
        }} />`)}
      </ul>
    </section>`}
    ${offered.length > 0 && html`<section class="stack" aria-labelledby="${id}-offered">
      <h2 id="${id}-offered">${t("draft.contacts")}</h2>
      <ul class="row draft-offered">${offered.map((one) => html`<li key=${one.id}>
        <button type="button" onClick=${() => chosen([guestOf(one)])}><${Face} name=${one.name} avatar=${one.avatar} /><span><span class="unseen">${t("draft.invite")} </span><bdi>${one.name}</bdi></span></button>
      </li>`)}</ul>
    </section>`}`;
}

/**
 * The field, with whom it might mean below it.
 * @param {{id: string, field: {current: HTMLInputElement | null}, typed: string, found: Found[], isWrong: boolean, add: (guests: Guest[], left?: string) => void, type: (text: string) => void}} props
 */
function PeopleInput({ id, field, typed, found, isWrong, add, type }) {
  const [at, setAt] = useState(-1);
  const [isShut, setShut] = useState(true);
  const isOpen = !isShut && found.length > 0;
  const active = isOpen ? found[at] : undefined;
  const take = (/** @type {Guest[]} */ guests) => {
    setAt(-1);
    add(guests);
  };
  const onInput = (/** @type {any} */ { target: { value } }) => {
    setShut(false);
    setAt(-1);
    // A comma ends a name, but for one within quotes.
    if (/[,;\n]\s*$/.test(value) && (value.match(/"/g) ?? []).length % 2 === 0) take(guestsIn(value));
    else type(value);
  };
  const onPaste = (/** @type {ClipboardEvent} */ event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    const guests = guestsIn(text);
    if (guests.length < 2 && !/[<\n]/.test(text)) return;
    event.preventDefault();
    take(guestsIn(`${typed}${text}`));
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!found.length) return;
      setShut(false);
      const step = key === "ArrowDown" ? 1 : at < 0 ? 0 : -1;
      setAt((at + step + found.length) % found.length);
    } else if (key === "Enter") {
      if (active) take([guestOf(active)]);
      else if (typed.trim()) take(guestsIn(typed));
    } else if (key === "Escape" && isOpen) setShut(true);
    else return;
    event.preventDefault();
  };
  // Half a username is left to be gone on with; a whole address is meant.
  const onBlur = () => {
    setShut(true);
    const guests = guestsIn(typed);
    if (guests.length && guests.every((guest) => guest.id.includes("@") && /\.\w/.test(guest.id))) take(guests);
  };
  return html`<div class="draft-combobox">
    <input id=${id} ref=${field} value=${typed} role="combobox" aria-autocomplete="list" aria-expanded=${isOpen ? "true" : "false"} aria-controls="${id}-list"
      aria-activedescendant=${active ? `${id}-${at}` : undefined} aria-describedby="${id}-hint ${id}-fault" aria-invalid=${isWrong ? "true" : undefined}
      autocomplete="off" autocapitalize="none" spellcheck=${false} enterkeyhint="done" onInput=${onInput} onPaste=${onPaste} onKeyDown=${onKeyDown} onBlur=${onBlur} />
    <ul id="${id}-list" role="listbox" aria-label=${t("draft.found")} hidden=${!isOpen}>
      ${found.map((one, place) => html`<li key=${one.id} id="${id}-${place}" role="option" aria-selected=${place === at ? "true" : "false"}
        onPointerDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => take([guestOf(one)])}>
        <${Face} name=${one.name} avatar=${one.avatar} /><span><bdi>${one.name}</bdi> <bdi class="small quiet">${one.username}</bdi></span>
      </li>`)}
    </ul>
    <p class="unseen" role="status">${isOpen ? t("draft.found_count", { count: found.length }) : ""}</p>
  </div>`;
}
