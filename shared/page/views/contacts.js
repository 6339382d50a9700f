// One's address book: those whom one plans with.
import { html, useEffect, useState } from "../vendor/preact.js";
import { reason } from "../lib/api.js";
import { useLoaded } from "../lib/load.js";
import { Action, Face, Failure, Field, Heading, Waiting } from "../lib/parts.js";
import { ask } from "../lib/session.js";
import { t } from "../lib/texts.js";

/** @import { Contact } from "../lib/types.js" */

/** After so long without a further key are people searched for, in milliseconds. */
const TYPING_PAUSE = 250;

/** All pages of the address book. @param {AbortSignal} signal */
async function allContacts(signal) {
  /** @type {Contact[]} */
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
  const [gone, setGone] = useState(/** @type {Contact | null} */ (null));
  const add = async (/** @type {Contact} */ contact) => {
    await ask("PUT", `user/contacts/${contact.id}`);
    setGone(null);
    set([contact, ...(data ?? []).filter(({ id }) => id !== contact.id)]);
  };
  const remove = async (/** @type {Contact} */ contact) => {
    await ask("DELETE", `user/contacts/${contact.id}`);
    setGone(contact);
    set((data ?? []).filter(({ id }) => id !== contact.id));
  };
  return html`<div class="narrow stack">
    <${Heading} title=${t("nav.contacts")} />
    <${PeopleSearch} known=${data ?? []} add=${add} />
    <div role="status" class="gone">${gone && html`<p>${t("contacts.removed", { name: gone.name })}</p><${Action} kind="link" act=${() => add(gone)}>${t("contacts.undo")}<//>`}</div>
    ${!data && error == null && html`<${Waiting} />`}
    ${error != null && html`<${Failure} error=${error} again=${reload} />`}
    ${data && !data.length && !gone && html`<p class="quiet">${t("contacts.none")}</p>`}
    ${data && data.length > 0 && html`<section class="card"><h2>${t("contacts.yours")}</h2><ul class="list">
      ${data.map((contact) => html`<${Somebody} key=${contact.id} who=${contact}><${Action} kind="link" act=${() => remove(contact)} aria-label=${t("contacts.removeWhom", { name: contact.name })}>${t("contacts.remove")}<//><//>`)}
    </ul></section>`}
  </div>`;
}

/** @param {{who: Contact, children?: unknown}} props */
function Somebody({ who: { name, username, avatar }, children }) {
  return html`<li class="row between"><span class="row who"><${Face} name=${name} avatar=${avatar} /><span><bdi>${name}</bdi><span class="small quiet block">${username}</span></span></span>${children}</li>`;
}

/** @param {{known: Contact[], add: (contact: Contact) => Promise<void>}} props */
function PeopleSearch({ known, add }) {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(/** @type {{users: Contact[] | null, error: unknown}} */ ({ users: null, error: null }));
  const wanted = query.trim();
  useEffect(() => {
    setFound({ users: null, error: null });
    if ([...wanted].length < 2 || wanted.length > 20) return;
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      ask("GET", `user/search?query=${encodeURIComponent(wanted)}`, { signal: leaving.signal }).then(
        ({ body }) => leaving.signal.aborted || setFound({ users: body.users, error: null }),
        (error) => leaving.signal.aborted || setFound({ users: null, error }),
      );
    }, TYPING_PAUSE);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [wanted]);
  const { users, error } = found;
  return html`<section class="stack" role="search" aria-label=${t("contacts.search")}>
    <${Field} label=${t("contacts.search")} hint=${t("contacts.searchHint")}>
      ${(/** @type {object} */ attributes) => html`<input ...${attributes} type="search" autocomplete="off" autocapitalize="off" spellcheck=${false} value=${query} onInput=${(/** @type {any} */ event) => setQuery(event.target.value)} />`}
    <//>
    <p class="small quiet" role="status">${error != null ? reason(error) : users && (users.length ? t("contacts.found", { count: users.length }) : t("contacts.nobody"))}</p>
    ${users && users.length > 0 && html`<ul class="card list">
      ${users.map((user) => html`<${Somebody} key=${user.id} who=${user}>${known.some(({ id }) => id === user.id) ? html`<span class="quiet">${t("contacts.already")}</span>` : html`<${Action} act=${() => add(user)} aria-label=${t("contacts.addWhom", { name: user.name })}>${t("contacts.add")}<//>`}<//>`)}
    </ul>`}
  </section>`;
}
