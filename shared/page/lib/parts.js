// What the views are made of.
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { reason } from "./api.js";
import { moves } from "./router.js";
import { t } from "./texts.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */

/**
 * The heading of a view, which names the page too. It takes the focus when one comes from another view, so that a screen reader reads it.
 * @param {{title: string, takes?: boolean, children?: ComponentChildren}} props `takes`: also when one stays at the place
 */
export function Heading({ title, takes = false, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    document.title = `${title} · event-messenger`;
  }, [title]);
  useEffect(() => {
    if (moves || takes) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return html`<h1 ref=${heading} tabindex="-1" dir="auto">${children ?? title}</h1>`;
}

/** The shape of what comes. It shows after a moment, so that what comes at once does not flicker. */
export function Waiting() {
  return html`<div class="wait" role="status"><span class="unseen">${t("parts.waiting")}</span><i></i><i></i><i></i></div>`;
}

/**
 * What has failed, and a button that tries again.
 * @param {{error: unknown, again?: () => void}} props
 */
export function Failure({ error, again }) {
  return html`<div class="notice bad" role="alert">
    <p>${reason(error)}</p>
    ${again && html`<button onClick=${again}>${t("parts.again")}</button>`}
  </div>`;
}

/**
 * @param {{kind?: "good" | "bad" | "plain", takes?: boolean, children?: ComponentChildren}} props `takes`: it stands where the button was that was
 *   pressed, and takes the focus over
 */
export function Notice({ kind = "plain", takes = false, children }) {
  const notice = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (takes) notice.current?.focus();
  }, [takes]);
  return html`<div ref=${notice} class="notice ${kind}" role=${kind === "bad" ? "alert" : "status"} tabindex=${takes ? "-1" : undefined}>${children}</div>`;
}

/** What has become of a button, in its place. It takes over the focus that went with it. @param {{children?: ComponentChildren}} props */
export function Instead({ children }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus();
  }, []);
  return html`<span ref=${place} class="quiet" tabindex="-1">${children}</span>`;
}

/**
 * A field with its label, what is to be known of it, and what is wrong with it.
 * @param {{label: string, hint?: ComponentChildren, fault?: string | undefined, children: (attributes: Record<string, unknown>) => ComponentChildren}} props
 */
export function Field({ label, hint, fault, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return html`<div class="field ${fault ? "wrong" : ""}">
    <label for=${id}>${label}</label>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${fault && html`<p class="fault" id="${id}-fault">${fault}</p>`}
    ${children({ id, "aria-describedby": described || undefined, "aria-invalid": fault ? "true" : undefined })}
  </div>`;
}

/**
 * A button that does something which takes a while. It cannot be pressed twice meanwhile, and says when it has failed.
 * @param {{act: () => Promise<unknown>, kind?: string, type?: string, children?: ComponentChildren, [attribute: string]: unknown}} props
 */
export function Action({ act, kind = "", children, ...rest }) {
  const { busy, error, run } = useAction(act);
  return html`<span class="action">
    <button type="button" ...${rest} class=${kind} aria-disabled=${busy ? "true" : undefined} onClick=${run}>${children}</button>
    ${error != null && html`<${Failure} error=${error} />`}
  </span>`;
}

/**
 * Something that takes a while and may fail.
 * @template A
 * @param {(argument: A) => Promise<unknown>} act
 */
export function useAction(act) {
  const [state, setState] = useState(/** @type {{busy: boolean, error: unknown}} */ ({ busy: false, error: null }));
  const running = useRef(false);
  const here = useRef(true);
  useLayoutEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  /** @param {A} argument */
  const run = async (argument) => {
    if (running.current) return;
    running.current = true;
    setState({ busy: true, error: null });
    /** @type {unknown} */
    let error = null;
    try {
      await act(argument);
    } catch (fault) {
      error = fault;
    }
    running.current = false;
    if (here.current) setState({ busy: false, error });
  };
  return { ...state, run };
}

/** The picture of somebody, else the initials. It says nothing that the name beside it does not. @param {{name: string, avatar?: string}} props */
export function Face({ name, avatar }) {
  const [broken, setBroken] = useState("");
  const initials = name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  return html`<span class="face" aria-hidden="true">
    ${avatar && avatar !== broken ? html`<img src=${avatar} alt="" referrerpolicy="no-referrer" loading="lazy" onError=${() => setBroken(avatar)} />` : initials}
  </span>`;
}

/**
 * A question that has to be answered before anything else.
 * @param {{title: string, yes: string, act: () => Promise<unknown>, close: () => void, kind?: string, children?: ComponentChildren}} props
 */
export function Question({ title, yes, act, close, kind = "danger", children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const { busy, error, run } = useAction(act);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onClose=${close} onCancel=${(/** @type {Event} */ event) => busy && event.preventDefault()}>
    <h2 id=${id}>${title}</h2>
    ${children}
    ${error != null && html`<${Failure} error=${error} />`}
    <div class="row">
      <button type="button" class=${kind} aria-disabled=${busy ? "true" : undefined} onClick=${run}>${yes}</button>
      <button type="button" onClick=${() => dialog.current?.close()}>${t("parts.no")}</button>
    </div>
  </dialog>`;
}
