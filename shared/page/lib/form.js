// Forms: what is typed, what is wrong with it, and sending it.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Fault } from "./api.js";
import { keep, recall } from "./kept.js";
import { Failure, Field, useAction } from "./parts.js";
import { has, t } from "./texts.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { TextKey } from "./types.js" */
/** @typedef {Record<string, string>} Values */

/** What the service's grammar of a field is, as far as a page can tell. @type {Record<string, (value: string, values: Values) => boolean>} */
const GRAMMAR = {
  username: (value) => /^(?!.*\/)[-\w!#$%&'*+=?^`{|}~]+(\.[-\w!#$%&'*+=?^`{|}~]+)*$/.test(value) && value.length <= 20,
  "e-mail": (value) => /^[^@\s]{1,64}@[^@\s]+$/.test(value) && value.length <= 254,
  password: (value, { username, "e-mail": email }) => [...value].length >= 8 && [...value].length <= 128 && ![username, email].includes(value),
  name: (value) => value.trim() !== "" && [...value].length <= 50,
  avatar: (value) => value === "" || (/^https:\/\/\S+$/.test(value) && value.length <= 2048),
};

/** Where the service knows more than the grammar. @type {Record<string, string>} */
const REFUSED = { username: "reserved", password: "weak", new_password: "weak" };

/** What is wrong with a field, as its texts have it. @param {string} field */
function said(field) {
  const key = `form.wrong.${field}`;
  return has(key) ? t(/** @type {TextKey} */ (key)) : t("form.wrong.any");
}

/**
 * A form.
 * @param {object} options
 * @param {string} [options.key] under which the tab remembers what was typed, but for passwords
 * @param {Values} options.initial
 * @param {string[]} options.checked the fields that have a grammar; all but the picture must not be empty
 * @param {(values: Values) => Promise<unknown>} options.act
 */
export function useForm({ key, initial, checked, act }) {
  const fields = Object.keys(initial);
  const [values, setValues] = useState(() => ({ ...initial, .../** @type {Values} */ (key ? JSON.parse(recall(key, true) ?? "{}") : {}) }));
  const [faults, setFaults] = useState(/** @type {Values} */ ({}));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const { busy, error, run } = useAction(async (/** @type {Values} */ values) => {
    try {
      await act(values);
      if (key) keep(key, null, true);
    } catch (fault) {
      const found = fault instanceof Fault ? refused(fault, fields) : null;
      if (!found) throw fault;
      setFaults(found);
    }
  });
  useEffect(() => {
    const wrong = form.current?.querySelector("[aria-invalid=true]");
    if (wrong instanceof HTMLElement) wrong.focus();
  }, [faults]);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    // Keyboards of phones leave a space after a word that they have proposed.
    const typed = Object.fromEntries(fields.map((field) => [field, field.includes("password") ? (values[field] ?? "") : (values[field] ?? "").trim()]));
    /** @type {Values} */
    const wrong = {};
    for (const [field, value] of Object.entries(typed)) {
      if (!value && field !== "avatar") wrong[field] = t("form.wrong.empty");
      else if (checked.includes(field) && !GRAMMAR[field.replace("new_", "")]?.(value, typed)) wrong[field] = said(field);
    }
    setFaults(wrong);
    if (!Object.keys(wrong).length) run(typed);
  };
  /** @param {string} field */
  const bind = (field) => ({
    name: field,
    value: values[field],
    onInput: (/** @type {any} */ event) => {
      const next = { ...values, [field]: event.target.value };
      setValues(next);
      if (key) keep(key, JSON.stringify(Object.fromEntries(Object.entries(next).filter(([name]) => !name.includes("password")))), true);
    },
  });
  return { values, faults, busy, error, submit, bind, ref: form, set: setFaults };
}

/** @typedef {ReturnType<typeof useForm>} Form */

/** What the service found wrong with the fields; null if it is something else. @param {Fault} fault @param {string[]} fields @returns {Values | null} */
function refused(fault, fields) {
  /** @type {Values} */
  const found = {};
  // Who is logged in has typed the password alone, so that is what is wrong.
  const proof = fields.find((field) => ["password", "old_password"].includes(field));
  if (fault.code === "bad_credentials" && proof && !fields.includes("login")) return { [proof]: t("form.wrong.mismatch") };
  for (const { field } of fault.errors) {
    const name = field.split(".").at(-1) ?? "";
    if (!fields.includes(name)) return null;
    found[name] = said(REFUSED[name] ?? name);
  }
  return fault.errors.length ? found : null;
}

/**
 * The form around its fields, with the button that sends it.
 * @param {{form: Form, yes: string, kind?: string, children?: ComponentChildren}} props
 */
export function FormBody({ form, yes, kind = "first", children }) {
  return html`<form ref=${form.ref} class="stack" novalidate onSubmit=${form.submit}>
    ${children}
    ${form.error != null && html`<${Failure} error=${form.error} />`}
    <div class="row"><button class=${kind} aria-disabled=${form.busy ? "true" : undefined}>${yes}</button></div>
  </form>`;
}

/**
 * A field of one line.
 * @param {{form: Form, field: string, label: string, hint?: ComponentChildren, [attribute: string]: unknown}} props
 */
export function Line({ form, field, label, hint, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} fault=${form.faults[field]}>${(/** @type {object} */ attributes) => html`<input ...${attributes} ...${form.bind(field)} ...${rest} />`}<//>`;
}

/**
 * A password, which can be shown.
 * @param {{form: Form, field?: string, label: string, hint?: string, isNew?: boolean}} props
 */
export function PasswordLine({ form, field = "password", label, hint, isNew = false }) {
  const [shown, setShown] = useState(false);
  return html`<div>
    <${Line} form=${form} field=${field} label=${label} hint=${hint} type=${shown ? "text" : "password"} autocomplete=${isNew ? "new-password" : "current-password"} autocapitalize="off" spellcheck=${false} />
    <label class="check"><input type="checkbox" checked=${shown} onChange=${() => setShown(!shown)} /> ${t("form.show")}</label>
  </div>`;
}
