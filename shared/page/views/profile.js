// One's account: what others see, what one wants, and what concerns its safety. One question a screen.
import { html, useEffect, useState } from "../vendor/preact.js";
import { reason } from "../lib/api.js";
import { useBox } from "../lib/box.js";
import { FormBody, Line, PasswordLine, useForm } from "../lib/form.js";
import { Action, Face, Failure, Field, Heading, Notice, Waiting } from "../lib/parts.js";
import { go, href } from "../lib/router.js";
import { ask, end, loadUser, logOut, user } from "../lib/session.js";
import { choose, language, LANGUAGES, rich, t } from "../lib/texts.js";
import { sayFarewell } from "./door.js";
import { Devices } from "./profile-devices.js";
import { DataCopy } from "./profile-data.js";

/** @import { User } from "../lib/types.js" */

const PARTS = /** @type {const} */ (["name", "email", "password", "devices", "data", "delete"]);

/** @type {Record<typeof PARTS[number], (props: {known: User}) => unknown>} */
const SCREENS = { name: NameScreen, email: EmailScreen, password: PasswordScreen, devices: Devices, data: DataCopy, delete: DeleteScreen };

/** @param {{part: string}} props */
export function Profile({ part }) {
  const known = useBox(user);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = () => {
    setError(null);
    if (!known) loadUser().catch(setError);
  };
  useEffect(load, []);
  if (!known) return html`<div class="narrow stack"><${Heading} title=${t("nav.profile")} />${error == null ? html`<${Waiting} />` : html`<${Failure} error=${error} again=${load} />`}</div>`;
  const screen = PARTS.find((name) => name === part);
  if (!screen) return html`<${Overview} known=${known} />`;
  return html`<div class="narrow stack">
    <p><a href=${href("/profile")}>${t("parts.back")}</a></p>
    <${Heading} title=${t(`profile.${screen}`)} />
    <${SCREENS[screen]} known=${known} />
  </div>`;
}

/** @param {{known: User}} props */
function Overview({ known }) {
  /** @type {Record<typeof PARTS[number], string>} */
  const shown = { name: known.name, email: known["e-mail"], password: "", devices: "", data: "", delete: "" };
  return html`<div class="narrow stack">
    <div class="row who"><${Face} name=${known.name} avatar=${known.avatar} /><div><${Heading} title=${t("nav.profile")}>${known.name}<//><p class="quiet">${known.username}</p></div></div>
    <div class="card">
      <h2>${t("profile.wants")}</h2>
      <${LanguageChoice} known=${known} />
      <${Switch} known=${known} field="mails" hint=${t("profile.mailsHint")} />
      <${Switch} known=${known} field="searchable" hint=${t("profile.searchableHint")} />
    </div>
    <nav class="card list" aria-label=${t("profile.account")}>
      ${PARTS.map((part) => html`<a href=${href(`/profile/${part}`)}><span>${t(`profile.${part}`)}</span><span class="quiet">${shown[part]}</span></a>`)}
    </nav>
    <div class="row"><${Action} act=${leave}>${t("profile.logOut")}<//></div>
  </div>`;
}

/** Whoever logs in here next is not led to this one's places. */
function leave() {
  const told = logOut();
  go("/", true);
  return told;
}

/** Saves a change of the account. @param {Record<string, unknown>} changes */
async function saveUser(changes) {
  const { body } = await ask("PATCH", "user", { body: { user: changes } });
  user.set(body.user);
}

/** Saves something at once: it shows before it is stored, and comes back with a reason if it cannot be. */
function useSaved() {
  const [state, setState] = useState(/** @type {{text: string, fault: unknown}} */ ({ text: "", fault: null }));
  /** @param {"mails" | "searchable" | "language"} field @param {boolean | string} value @param {() => Promise<void>} [first] */
  const save = async (field, value, first) => {
    const before = user.value?.[field];
    const put = (/** @type {unknown} */ now) => user.value && user.set(/** @type {User} */ ({ ...user.value, [field]: now }));
    put(value);
    setState({ text: t("parts.saving"), fault: null });
    try {
      await first?.();
      await saveUser({ [field]: value });
      setState({ text: t("parts.saved"), fault: null });
      return true;
    } catch (fault) {
      put(before);
      setState({ text: "", fault });
      return false;
    }
  };
  const told = html`<p class="small ${state.fault == null ? "quiet" : "fault"}" role="status">${state.fault == null ? state.text : reason(state.fault)}</p>`;
  return { save, told };
}

/** @param {{known: User, field: "mails" | "searchable", hint: string}} props */
function Switch({ known, field, hint }) {
  const { save, told } = useSaved();
  return html`<div>
    <label class="check"><input type="checkbox" checked=${known[field]} aria-describedby="${field}-hint" onChange=${() => save(field, !known[field])} /> ${t(`profile.${field}`)}</label>
    <p class="hint" id="${field}-hint">${hint}</p>
    ${told}
  </div>`;
}

/** The page changes at once, and back if it cannot be stored. @param {{known: User}} props */
function LanguageChoice({ known }) {
  const { save, told } = useSaved();
  const change = async (/** @type {any} */ event) => {
    const before = language.value;
    const wanted = event.target.value;
    // Those of before are still in the browser; the reason is told already.
    if (!(await save("language", wanted, () => choose(wanted)))) await choose(before).catch(() => {});
  };
  return html`<div>
    <${Field} label=${t("nav.language")} hint=${t("profile.languageHint")}>
      ${(/** @type {object} */ attributes) => html`<select ...${attributes} value=${known.language} onChange=${change}>
        ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} selected=${code === known.language}>${name}</option>`)}
      </select>`}
    <//>
    ${told}
  </div>`;
}

/** @param {{known: User}} props */
function NameScreen({ known }) {
  const [saved, setSaved] = useState(false);
  const form = useForm({
    key: "draft.name",
    initial: { name: known.name, avatar: known.avatar },
    checked: ["name", "avatar"],
    act: async (values) => {
      setSaved(false);
      await saveUser(values);
      setSaved(true);
    },
  });
  return html`
    <${FormBody} form=${form} yes=${t("profile.save")}>
      <${Line} form=${form} field="name" label=${t("form.name")} hint=${t("profile.nameHint")} autocomplete="name" />
      <${Line} form=${form} field="avatar" label=${t("form.avatar")} hint=${t("profile.avatarHint")} type="url" inputmode="url" />
      ${form.values.avatar && html`<${Face} name=${form.values.name ?? ""} avatar=${form.values.avatar} />`}
    <//>
    ${saved && html`<${Notice} kind="good">${t("parts.saved")}<//>`}`;
}

/** @param {{known: User}} props */
function EmailScreen({ known }) {
  const [mailed, setMailed] = useState("");
  const form = useForm({
    key: "draft.e-mail",
    initial: { "e-mail": "", password: "" },
    checked: ["e-mail"],
    act: async (values) => {
      await ask("PUT", "user/e-mail", { body: values });
      setMailed(values["e-mail"] ?? "");
    },
  });
  if (mailed) return html`<${Notice} kind="good" takes><p>${rich("profile.emailMailed", { address: html`<b>${mailed}</b>` })}</p><//>`;
  return html`<p>${rich("profile.emailNow", { address: html`<b>${known["e-mail"]}</b>` })}</p>
    <${FormBody} form=${form} yes=${t("profile.emailYes")}>
      <${Line} form=${form} field="e-mail" label=${t("profile.emailNew")} type="email" autocomplete="email" />
      <${PasswordLine} form=${form} label=${t("form.password")} />
    <//>`;
}

function PasswordScreen() {
  const [done, setDone] = useState(false);
  const form = useForm({
    initial: { old_password: "", new_password: "" },
    checked: ["new_password"],
    act: async (values) => {
      await ask("PUT", "user/password", { body: values });
      setDone(true);
    },
  });
  if (done) return html`<${Notice} kind="good" takes>${t("profile.passwordDone")}<//>`;
  return html`<p>${t("profile.passwordWhat")}</p>
    <${FormBody} form=${form} yes=${t("profile.passwordYes")}>
      <${PasswordLine} form=${form} field="old_password" label=${t("form.oldPassword")} />
      <${PasswordLine} form=${form} field="new_password" label=${t("form.newPassword")} hint=${t("form.passwordHint")} isNew />
    <//>`;
}

function DeleteScreen() {
  const form = useForm({
    initial: { password: "" },
    checked: [],
    act: async (values) => {
      await ask("DELETE", "user", { body: values });
      end();
      sayFarewell();
      go("/", true);
    },
  });
  return html`<p>${t("profile.deleteWhat")}</p><p>${t("profile.deleteEvents")}</p>
    <${FormBody} form=${form} yes=${t("profile.deleteYes")} kind="danger"><${PasswordLine} form=${form} label=${t("form.password")} /><//>`;
}
