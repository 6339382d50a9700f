// The page for people. What it shows is chosen here: by the place in the address, and by the link in a mail that has led to it.
import { html, render, useEffect, useState } from "./vendor/preact.js";
import { reason } from "./lib/api.js";
import { useBox } from "./lib/box.js";
import { forgetLoaded } from "./lib/load.js";
import { isOnline } from "./lib/network.js";
import { href, place } from "./lib/router.js";
import { hasEnded, loadUser, me } from "./lib/session.js";
import { isOff, view } from "./lib/shell.js";
import { choose, language, LANGUAGES, start, t } from "./lib/texts.js";
import { Contacts } from "./views/contacts.js";
import { Draft } from "./views/draft.js";
import { EventPage } from "./views/event.js";
import { Events } from "./views/events.js";
import { Forgot, LogIn, Register, Welcome } from "./views/door.js";
import { InvitationLink } from "./views/invitation.js";
import { ConfirmLink, EmailLink, ResetLink, UnsubscribeLink } from "./views/links.js";
import { Profile } from "./views/profile.js";

/** @type {Record<string, () => unknown>} */
const LINKS = { confirm: ConfirmLink, reset: ResetLink, email: EmailLink, invitation: InvitationLink, unsubscribe: UnsubscribeLink };

function Here() {
  const [first = "", second = "", third = "", fourth = ""] = useBox(place);
  const who = useBox(me);
  const over = useBox(hasEnded);
  if (view && view in LINKS) return html`<${/** @type {() => unknown} */ (LINKS[view])} />`;
  if (first === "forgot") return html`<${Forgot} />`;
  if (!who) {
    if (first === "register") return html`<${Register} />`;
    if (!first) return html`<${Welcome} />`;
    return html`<${LogIn} ended=${over} />`;
  }
  // Without a key: the draft that is new goes on as it is once it has an id.
  if (first === "events" && second === "new") return html`<${Draft} id=${null} step=${third} />`;
  if (first === "events" && second && third === "edit") return html`<${Draft} id=${second} step=${fourth} />`;
  if (first === "events" && second) return html`<${EventPage} key=${second} id=${second} />`;
  if (first === "contacts") return html`<${Contacts} />`;
  if (first === "profile") return html`<${Profile} part=${second} />`;
  return html`<${Events} />`;
}

const TABS = /** @type {const} */ (["events", "contacts", "profile"]);

function Top() {
  const who = useBox(me);
  const [first] = useBox(place);
  const alone = isOff || view === "invitation";
  return html`<header class="top">
    <a class="skip" href="#main" onClick=${skip}>${t("nav.skip")}</a>
    ${alone ? html`<span class="brand">event-messenger</span>` : html`<a class="brand" href=${href("/")}>event-messenger</a>`}
    ${!alone &&
    who &&
    html`<nav aria-label=${t("nav.label")}>
      ${TABS.map((tab) => html`<a href=${href(tab === "events" ? "/" : `/${tab}`)} aria-current=${view === "home" && (first ?? "events") === tab ? "page" : undefined}>${t(`nav.${tab}`)}</a>`)}
    </nav>`}
    ${!alone && !who && first !== "login" && view === "home" && html`<nav aria-label=${t("nav.label")}><a href=${href("/login")}>${t("nav.login")}</a></nav>`}
  </header>`;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
}

function Bottom() {
  const now = useBox(language);
  const who = useBox(me);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  // Who has an account chooses the language there, since the mails are in it too.
  if (who && view === "home") return null;
  const change = (/** @type {any} */ event) => {
    setError(null);
    choose(event.target.value).catch((fault) => {
      event.target.value = now;
      setError(fault);
    });
  };
  return html`<footer class="bottom">
    <label>${t("nav.language")} <select value=${now} onChange=${change}>
      ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} selected=${code === now}>${name}</option>`)}
    </select></label>
    <p role="status">${error != null && reason(error)}</p>
  </footer>`;
}

function Page() {
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [turn, setTurn] = useState(0);
  const online = useBox(isOnline);
  const who = useBox(me);
  useBox(language);
  useEffect(() => {
    forgetLoaded();
    setError(null);
    // Texts that cannot be loaded leave the page in the language that it has.
    if (who && view !== "invitation") loadUser().then((user) => choose(user.language ?? language.value).catch(() => {}), setError);
  }, [who, turn]);
  useEffect(() => {
    if (online && error) setTurn((turn) => turn + 1);
  }, [online]);
  return html`
    ${!online && html`<p class="offline" role="status">${t("faults.stale")}</p>`}
    <${Top} />
    <main id="main"><${Here} key=${who} /></main>
    <${Bottom} />`;
}

/** Says that the page does not work, without the texts, which may be what is missing. */
function Broken() {
  return html`<main id="main"><h1 tabindex="-1">event-messenger</h1><p>The page could not be loaded. Сторінку не вдалося завантажити. Страницу не удалось загрузить.</p>
    <button onClick=${() => location.reload()}>⟳</button></main>`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
start().then(
  () => render(html`<${Page} />`, root),
  () => render(html`<${Broken} />`, root),
);
