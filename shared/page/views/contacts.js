// One's address book: those whom one plans with.
import { html, useEffect, useState } from "../vendor/preact.js";
import { Fault, reason } from "../lib/api.js";
import { useLoaded } from "../lib/load.js";
import { Action, Face, Failure, Field, Heading, Instead, Waiting } from "../lib/parts.js";
import { ask } from "../lib/session.js";
import { t } from "../lib/texts.js";

/** @import { Contact } from "../lib/types.js" */
/** @typedef {Contact & {gone?: boolean}} Known who was taken out stays in sight, to be brought back */

/** After so long without a further key are people searched for, in milliseconds. */
const TYPING_PAUSE = 250;

/** A username is at most so long. */
const LONGEST_USERNAME = 20;

/** All pages of the address book. @param {AbortSignal} signal */
async function allContacts(signal) {
  /** @type {Known[]} */
  const contacts = [];
  for (let cursor = ""; cursor !== null; ) {
    const { body } = await ask("GET", `user/contacts${cursor && `?cursor=${encodeURIComponent(cursor)}`}`, { signal });
    contacts.push(...body.contacts);
    cursor = body.cursor;
  }
  return contacts;
}

export function Contacts() {
  const { data, error, reload, set } = useLoaded("contacts", allContacts);
  const [told, tell] = useState("");
  const mark = (/** @type {Contact} */ { id }, /** @type {boolean} */ gone) => set((old) => old.map((one) => (one.id === id ? { ...one, gone } : one)));
  const add = async (/** @type {Contact} */ contact) => {
    await ask("PUT", `user/contacts/${contact.id}`);
    if (data?.some(({ id }) => id === contact.id)) mark(contact, false);
    else set((old = []) => [contact, ...old]);
    tell(t("contacts.added", { name: contact.name }));
  };
  const remove = async (/** @type {Contact} */ contact) => {
    try {
      await ask("DELETE", `user/contacts/${contact.id}`);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "no_such_contact") throw error;
    }
    mark(contact, true);
    tell(t("contacts.removed", { name: contact.name }));
  };
  return html`<div class="narrow stack">
    <${Heading} title=${t("nav.contacts")} />
    <${PeopleSearch} known=${data ?? []} add=${add} />
    <p class="unseen" role="status">${told}</p>
    ${!data && error == null && html`<${Waiting} />`}
    ${error != null && html`<${Failure} error=${error} again=${reload} />`}
    ${data && !data.length && html`<p class="quiet">${t("contacts.none")}</p>`}
    ${data && data.length > 0 && html`<section class="card"><h2>${t("contacts.yours")}</h2><ul class="list">
      ${data.map((contact) => html`<${ContactRow} key=${contact.id} contact=${contact} change=${contact.gone ? add : remove} />`)}
    </ul></section>`}
  </div>`;
}

/** One button, which keeps the focus: it takes the contact out, and then brings it back. @param {{contact: Known, change: (contact: Contact) => Promise<void>}} props */
function ContactRow({ contact, change }) {
  const [act, actWhom] = contact.gone ? /** @type {const} */ (["undo", "undoWhom"]) : /** @type {const} */ (["remove", "removeWhom"]);
  return html`<${Somebody} who=${contact} note=${contact.gone && t("contacts.gone")}>
    <${Action} kind="link" act=${() => change(contact)} aria-label=${t(`contacts.${actWhom}`, { name: contact.name })}>${t(`contacts.${act}`)}<//>
  <//>`;
}

/** @param {{who: Contact, note?: string, children?: unknown}} props */
function Somebody({ who: { name, username, avatar }, note, children }) {
  return html`<li class="row between"><span class="row who ${note ? "quiet" : ""}"><${Face} name=${name} avatar=${avatar} /><span><bdi>${name}</bdi><span class="small quiet block">${note || username}</span></span></span>${children}</li>`;
}

/** @param {{known: Known[], add: (contact: Contact) => Promise<void>}} props */
function PeopleSearch({ known, add }) {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(/** @type {{users: Contact[] | null, error: unknown}} */ ({ users: null, error: null }));
  const wanted = query.trim();
  useEffect(() => {
    const { length } = [...wanted];
    setFound({ users: length > LONGEST_USERNAME ? [] : null, error: null });
    if (length < 2 || length > LONGEST_USERNAME) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      ask("GET", `user/search?query=${encodeURIComponent(wanted)}`, { signal: leaving.signal }).then(
        ({ body }) => leaving.signal.aborted || setFound({ users: body.users, error: null }),
        // What is no beginning of a username is nobody's.
        (error) => leaving.signal.aborted || setFound(error instanceof Fault && error.code === "invalid" ? { users: [], error: null } : { users: null, error }),
      );
    }, TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [wanted]);
  const { users, error } = found;
  const isKnown = (/** @type {Contact} */ { id }) => known.some((one) => one.id === id && !one.gone);
  return html`<section class="stack" role="search" aria-label=${t("contacts.search")}>
    <${Field} label=${t("contacts.search")} hint=${t("contacts.searchHint")}>
      ${(/** @type {object} */ attributes) => html`<input ...${attributes} type="search" autocomplete="off" autocapitalize="off" spellcheck=${false} value=${query} onInput=${(/** @type {any} */ event) => setQuery(event.target.value)} />`}
    <//>
    <p class="small quiet" role="status">${error != null ? reason(error) : users && (users.length ? t("contacts.found", { count: users.length }) : t("contacts.nobody"))}</p>
    ${users && users.length > 0 && html`<ul class="card list">
      ${users.map((user) => html`<${Somebody} key=${user.id} who=${user}>${isKnown(user) ? html`<${Instead}>${t("contacts.already")}<//>` : html`<${Action} act=${() => add(user)} aria-label=${t("contacts.addWhom", { name: user.name })}>${t("contacts.add")}<//>`}<//>`)}
    </ul>`}
  </section>`;
}
