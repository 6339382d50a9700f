// The pages that the links in mails open. A link does nothing by itself, since programs look at links too: its button does.
import { html, useState } from "../vendor/preact.js";
import { Fault, send } from "../lib/api.js";
import { FormBody, PasswordLine, useForm } from "../lib/form.js";
import { keep, recall } from "../lib/kept.js";
import { Action, Heading, Notice } from "../lib/parts.js";
import { go, href } from "../lib/router.js";
import { begin } from "../lib/session.js";
import { facts, isOff, view } from "../lib/shell.js";
import { has, rich, t } from "../lib/texts.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { TextKey } from "../lib/types.js" */

/**
 * The token of the link, and what the service found out about it. The token is of no use to anybody who later looks at the screen or the
 * history, so it leaves the address; a reload finds both in the tab.
 */
const opened = view === "home" || view === "invitation" ? { token: "", facts } : takeToken();

function takeToken() {
  const token = new URLSearchParams(location.search).get("token");
  history.replaceState(null, "", location.pathname);
  if (!token) return /** @type {{token: string, facts: typeof facts}} */ (JSON.parse(recall(`link ${view}`, true) ?? '{"token": "", "facts": {}}'));
  keep(`link ${view}`, JSON.stringify({ token, facts }), true);
  return { token, facts };
}

/** The link has done what it is for. */
function forgetLink() {
  keep(`link ${view}`, null, true);
}

/** What is wrong with the link, if anything is. @param {string | undefined} [code] */
function wrongWith(code) {
  const fault = code ?? opened.facts.fault ?? (opened.token ? "" : "no_token");
  if (!fault) return null;
  // A service that is newer than the page may know more faults.
  const key = [`links.faults.${fault}`, `codes.${fault}`].find(has) ?? "codes.link_spent";
  return t(/** @type {TextKey} */ (key));
}

/** @param {{title: string, children?: ComponentChildren}} props */
function LinkPage({ title, children }) {
  return html`<div class="narrow stack"><${Heading} title=${title} />${children}</div>`;
}

/** What one can do now. */
function Onwards() {
  return isOff ? null : html`<p><a class="button first" href=${href("/login")}>${t("door.login")}</a></p>`;
}

/** What is wrong with the link itself, so that trying again does not help; empty if something else is. @param {unknown} error */
function wrongLink(error) {
  if (!(error instanceof Fault) || ![400, 409, 410].includes(error.status)) return "";
  return error.code === "invalid" ? "no_token" : error.code;
}

/** A button that does what the link is for, until it is done or cannot be. @param {{yes: string, kind?: string, act: () => Promise<unknown>, over: (code: string) => void}} props */
function LinkAction({ yes, kind = "first", act, over }) {
  const run = async () => {
    try {
      await act();
    } catch (error) {
      const code = wrongLink(error);
      if (!code) throw error;
      over(code);
    }
  };
  return html`<div class="row"><${Action} kind=${kind} act=${run}>${yes}<//></div>`;
}

/** Confirms the address of a new account, and logs in. */
export function ConfirmLink() {
  const [code, over] = useState(/** @type {string | undefined} */ (undefined));
  const [done, setDone] = useState(false);
  const wrong = wrongWith(code);
  const confirm = async () => {
    const { body } = await send("GET", `user/confirm?token=${encodeURIComponent(opened.token)}`);
    forgetLink();
    if (isOff) return setDone(true);
    begin(body);
    go("/");
  };
  if (done) return html`<${LinkPage} title=${t("links.confirm")}><${Notice} kind="good" takes>${t("links.confirmed")}<//><//>`;
  if (wrong) return html`<${LinkPage} title=${t("links.confirm")}><${Notice} takes=${code !== undefined}>${wrong}<//><${Onwards} /><//>`;
  return html`<${LinkPage} title=${t("links.confirm")}>
    <p>${rich("links.registered", { username: html`<b>${opened.facts.username}</b>` })}</p>
    <p class="quiet">${t("links.notYou")}</p>
    <${LinkAction} yes=${t("links.confirmYes")} act=${confirm} over=${over} />
  <//>`;
}

/** Sets a new password. */
export function ResetLink() {
  const [code, over] = useState(/** @type {string | undefined} */ (undefined));
  const [done, setDone] = useState(false);
  // Names the request, so that it can be sent again after a lost answer; another password is another request.
  const [names] = useState(() => new Map());
  const form = useForm({
    initial: { new_password: "" },
    checked: ["new_password"],
    act: async ({ new_password }) => {
      if (!names.has(new_password)) names.set(new_password, newKey());
      try {
        await send("POST", "user/password/reset", { body: { token: opened.token, new_password }, headers: { "Idempotency-Key": names.get(new_password) } });
      } catch (error) {
        // The same status says that the password is refused, at its field.
        const isToken = error instanceof Fault && (error.status === 410 || error.errors.some(({ field }) => field === "token"));
        const code = isToken && wrongLink(error);
        if (!code) throw error;
        return over(code);
      }
      forgetLink();
      setDone(true);
    },
  });
  const wrong = wrongWith(code);
  if (done) return html`<${LinkPage} title=${t("links.reset")}><${Notice} kind="good" takes>${t("links.resetDone")}<//><${Onwards} /><//>`;
  if (wrong) return html`<${LinkPage} title=${t("links.reset")}><${Notice} takes=${code !== undefined}>${wrong}<//>${code === "reset_link_used" ? html`<${Onwards} />` : !isOff && html`<p><a class="button" href=${href("/forgot")}>${t("links.resetAnew")}</a></p>`}<//>`;
  return html`<${LinkPage} title=${t("links.reset")}>
    <${FormBody} form=${form} yes=${t("links.resetYes")}><${PasswordLine} form=${form} field="new_password" label=${t("form.newPassword")} hint=${t("form.passwordHint")} isNew /><//>
  <//>`;
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes a new address the account's. */
export function EmailLink() {
  const [code, over] = useState(/** @type {string | undefined} */ (undefined));
  const [done, setDone] = useState(false);
  const wrong = wrongWith(code);
  const confirm = async () => {
    await send("POST", "user/e-mail/confirm", { body: { token: opened.token } });
    forgetLink();
    setDone(true);
  };
  return html`<${LinkPage} title=${t("links.email")}>
    ${done
      ? html`<${Notice} kind="good" takes>${t("links.emailDone")}<//>${!isOff && html`<p><a class="button" href=${href("/")}>${t("nav.events")}</a></p>`}`
      : wrong
        ? html`<${Notice} takes=${code !== undefined}>${wrong}<//>${!isOff && html`<p><a class="button" href=${href("/profile/email")}>${t("profile.emailYes")}</a></p>`}`
        : html`<p>${rich("links.emailWhat", { username: html`<b>${opened.facts.username}</b>`, address: html`<b>${opened.facts["e-mail"]}</b>` })}</p>
            <p class="quiet">${t("links.emailNotYou")}</p>
            <${LinkAction} yes=${t("links.emailYes")} act=${confirm} over=${over} />`}
  <//>`;
}

/** Stops the mails about events to an address, or lets them come again. */
export function UnsubscribeLink() {
  const [code, over] = useState(/** @type {string | undefined} */ (undefined));
  const [stopped, setStopped] = useState(/** @type {boolean | null} */ (null));
  const wrong = wrongWith(code);
  const set = async (/** @type {boolean} */ stop) => {
    await send("POST", `mail/unsubscribe?token=${encodeURIComponent(opened.token)}`, { form: { "List-Unsubscribe": stop ? "One-Click" : "Undo" } });
    setStopped(stop);
  };
  return html`<${LinkPage} title=${t("links.mails")}>
    ${wrong
      ? html`<${Notice} takes=${code !== undefined}>${wrong}<//>`
      : html`<div role="status">${stopped === null ? html`<p>${t("links.mailsWhat")}</p>` : html`<div class="notice good">${t(stopped ? "links.mailsStopped" : "links.mailsBack")}</div>`}</div>
          <${LinkAction} kind=${stopped ? "" : "first"} yes=${t(stopped ? "links.mailsUndo" : "links.mailsYes")} act=${() => set(!stopped)} over=${over} />`}
  <//>`;
}
