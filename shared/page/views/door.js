// The way in: what this is, registering, logging in, and a forgotten password.
import { html, useEffect, useState } from "../vendor/preact.js";
import { Fault, send } from "../lib/api.js";
import { FormBody, Line, PasswordLine, useForm } from "../lib/form.js";
import { keep, recall } from "../lib/kept.js";
import { Action, Heading, Notice } from "../lib/parts.js";
import { go, href } from "../lib/router.js";
import { begin } from "../lib/session.js";
import { language, rich, t } from "../lib/texts.js";

/** @typedef {{username: string, password: string}} Credentials */

const FAREWELL = "farewell";

/** Lets the way in say that the account is gone. */
export function sayFarewell() {
  keep(FAREWELL, "yes", true);
}

/** What this is. */
export function Welcome() {
  const [isGone] = useState(() => recall(FAREWELL, true) !== null);
  useEffect(() => keep(FAREWELL, null, true), []);
  return html`<div class="welcome">
    <${Heading} title=${t("door.claim")} />
    ${isGone && html`<${Notice} kind="good" takes>${t("door.gone")}<//>`}
    <p class="lead">${t("door.what")}</p>
    <div class="row"><a class="button first" href=${href("/register")}>${t("door.register")}</a><a class="button" href=${href("/login")}>${t("door.login")}</a></div>
    <ol class="steps">
      ${/** @type {const} */ (["one", "two", "three"]).map((step) => html`<li class="card"><h2>${t(`door.steps.${step}`)}</h2><p>${t(`door.says.${step}`)}</p></li>`)}
    </ol>
  </div>`;
}

/** @typedef {Credentials & {"e-mail": string}} Registered */

/** Opens an account. */
export function Register() {
  const [sent, setSent] = useState(/** @type {Registered | null} */ (null));
  const [isBack, setBack] = useState(false);
  if (sent && !isBack) return html`<${Mailed} address=${sent["e-mail"]} credentials=${sent} back=${() => setBack(true)} />`;
  const done = (/** @type {Registered} */ values) => {
    setSent(values);
    setBack(false);
  };
  return html`<${Registration} before=${sent} done=${done} />`;
}

/** @param {{before: Registered | null, done: (values: any) => void}} props `before`: with an address that was wrong */
function Registration({ before, done }) {
  const form = useForm({
    key: "register",
    initial: { username: before?.username ?? "", "e-mail": before?.["e-mail"] ?? "", password: "" },
    checked: ["username", "e-mail", "password"],
    act: async (values) => {
      try {
        await send("POST", "user", { body: { "post-data": { ...values, language: language.value } } });
      } catch (error) {
        // Which of both is taken, the service does not say.
        if (error instanceof Fault && error.code === "user_exists") return form.set({ username: t("door.taken"), "e-mail": t("door.taken") });
        throw error;
      }
      done(values);
    },
  });
  useEffect(() => {
    if (before) form.set({ username: t("door.waits") });
  }, []);
  return html`<div class="narrow stack">
    <${Heading} title=${t("door.register")} />
    <${FormBody} form=${form} yes=${t("door.register")}>
      <${Line} form=${form} field="username" label=${t("form.username")} hint=${t("form.usernameHint")} autocomplete="username" autocapitalize="off" spellcheck=${false} />
      <${Line} form=${form} field="e-mail" label=${t("form.email")} hint=${t("form.emailHint")} type="email" autocomplete="email" />
      <${PasswordLine} form=${form} label=${t("form.password")} hint=${t("form.passwordHint")} isNew />
    <//>
    <p>${rich("door.member", { link: html`<a href=${href("/login")}>${t("door.login")}</a>` })}</p>
  </div>`;
}

/** Says where the link was mailed, and mails it again. @param {{address?: string, credentials: Credentials, back: () => void}} props */
function Mailed({ address, credentials, back }) {
  const [again, setAgain] = useState(false);
  const resend = async () => {
    setAgain(false);
    await send("POST", "user/confirm", { body: { login: credentials } });
    setAgain(true);
  };
  return html`<div class="narrow stack">
    <${Heading} title=${t("door.mailed")} takes />
    <p>${address ? rich("door.mailedTo", { address: html`<b>${address}</b>` }) : t("door.unconfirmed")}</p>
    <p class="quiet">${t("door.missing")}</p>
    ${again && html`<${Notice} kind="good">${t("door.resent")}<//>`}
    <div class="row">
      <${Action} act=${resend}>${t("door.resend")}<//>
      <button type="button" class="link" onClick=${back}>${t(address ? "door.wrong" : "parts.back")}</button>
    </div>
  </div>`;
}

/** Logs in; the place stays, so that one is then where one wanted to be. @param {{ended?: boolean}} props */
export function LogIn({ ended = false }) {
  const [pending, setPending] = useState(/** @type {Credentials | null} */ (null));
  const [isBack, setBack] = useState(false);
  const [stays, setStays] = useState(true);
  const form = useForm({
    key: "login",
    initial: { login: "", password: "" },
    checked: [],
    act: async ({ login = "", password = "" }) => {
      const credentials = { username: login, password };
      try {
        const { body } = await send("POST", "login", { body: { login: credentials } });
        if (location.hash === "#/login") go("/", true);
        begin(body, !stays);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== "unconfirmed") throw error;
        setPending(credentials);
      }
    },
  });
  const back = () => {
    setPending(null);
    setBack(true);
  };
  if (pending) return html`<${Mailed} credentials=${pending} back=${back} />`;
  return html`<div class="narrow stack">
    <${Heading} title=${t("door.login")} takes=${isBack} />
    ${ended && html`<${Notice}>${t("codes.session_over")}<//>`}
    <${FormBody} form=${form} yes=${t("door.login")}>
      <${Line} form=${form} field="login" label=${t("form.login")} autocomplete="username" autocapitalize="off" spellcheck=${false} />
      <${PasswordLine} form=${form} label=${t("form.password")} />
      <label class="check"><input type="checkbox" checked=${stays} onChange=${() => setStays(!stays)} /> ${t("door.stay")}</label>
    <//>
    <p><a href=${href("/forgot")}>${t("door.forgot")}</a></p>
    <p>${rich("door.stranger", { link: html`<a href=${href("/register")}>${t("door.register")}</a>` })}</p>
  </div>`;
}

/** Asks for a link that sets a new password. */
export function Forgot() {
  const [asked, setAsked] = useState(false);
  const form = useForm({
    key: "login",
    initial: { login: "" },
    checked: [],
    act: async ({ login = "" }) => {
      await send("POST", "user/password/forgot", { body: { login: { username: login } } });
      setAsked(true);
    },
  });
  return html`<div class="narrow stack">
    <${Heading} title=${t("door.forgot")} />
    ${asked
      ? html`<${Notice} kind="good" takes>${t("door.forgotMailed")}<//>`
      : html`<p>${t("door.forgotHow")}</p>
          <${FormBody} form=${form} yes=${t("door.forgotSend")}><${Line} form=${form} field="login" label=${t("form.login")} autocomplete="username" autocapitalize="off" spellcheck=${false} /><//>`}
    <p><a href=${href("/login")}>${t("door.login")}</a></p>
  </div>`;
}
