// One request to the API.
import { base } from "./shell.js";
import { has, language, t } from "./texts.js";

/** @import { TextKey } from "./types.js" */

/** How long an answer is waited for, in milliseconds. API Gateway gives up after thirty seconds. */
const PATIENCE = 31000;

/** A request that failed. Its status is 0 if there was no answer. */
export class Fault extends Error {
  /**
   * @param {number} status
   * @param {{message?: string, code?: string, errors?: {field: string, message: string}[]}} [body]
   * @param {number} [wait] after how many seconds it may be tried again
   */
  constructor(status, { message = "", code = "", errors = [] } = {}, wait = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.wait = wait;
  }
}

/**
 * What can be said of a request.
 * @typedef {object} Asked
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [form] sent as a form does
 * @property {string | null} [token]
 * @property {Record<string, string>} [headers]
 * @property {boolean} [outlives] whether it goes on when the page is left; then its body must be short
 * @property {AbortSignal} [signal]
 */

/**
 * Sends a request.
 * @param {string} method
 * @param {string} path without a slash before it
 * @param {Asked} [asked]
 * @returns {Promise<{body: any, etag: string}>} the body, `null` where there is none, and the entity tag
 * @throws {Fault}
 */
export async function send(method, path, { body, form, token, headers = {}, outlives = false, signal } = {}) {
  /** @type {Record<string, string>} */
  const all = { Accept: "application/json", ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (body !== undefined) all["Content-Type"] = "application/json";
  // Not `AbortSignal.any`, which phones of 2023 do not know.
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const timer = setTimeout(leave, PATIENCE);
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  /** @type {Response} */
  let response;
  let text = "";
  try {
    response = await fetch(base + path, {
      method,
      headers: all,
      body: form ? new URLSearchParams(form) : body === undefined ? null : JSON.stringify(body),
      credentials: "omit",
      keepalive: outlives,
      signal: leaving.signal,
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Fault(0);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
  /** @type {any} */
  let answer = null;
  try {
    if (text) answer = JSON.parse(text);
  } catch {
    throw new Fault(502);
  }
  if (!response.ok) throw new Fault(response.status, answer ?? {}, Number(response.headers.get("Retry-After")));
  return { body: answer, etag: response.headers.get("ETag") ?? "" };
}

/** Whether sending the same again later may help. @param {unknown} error */
export function isPassing(error) {
  return error instanceof Fault && (!error.status || error.status === 429 || error.status >= 500);
}

/** What went wrong, and what to do, as a sentence. @param {unknown} error */
export function reason(error) {
  if (!(error instanceof Fault)) return t("faults.page");
  const { status, code, message, wait } = error;
  const later = wait > 90 ? t("faults.minutes", { count: Math.ceil(wait / 60) }) : wait > 1 ? t("faults.seconds", { count: wait }) : t("faults.moment");
  if (!status) return navigator.onLine ? t("faults.unreachable") : t("faults.offline");
  if (status === 429) return `${t("faults.often")} ${later}`;
  if (status >= 500) return `${t("faults.busy")} ${later}`;
  // What exactly does not fit, the service says in English alone.
  if (code === "invalid" && language.value === "en") return message;
  const key = `codes.${code}`;
  return has(key) ? t(/** @type {TextKey} */ (key)) : message || t("faults.page");
}
