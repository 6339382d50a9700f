// Who is logged in.
//
// The access token is kept in memory alone. The refresh token has to outlive the page: the browser keeps it, for the tab alone if the user
// wants so. Each use replaces it, and a spent one that comes back ends the session, so a stolen one is of use until its owner's next visit
// at most.
import { Fault, send } from "./api.js";
import { box } from "./box.js";
import { forgetAll, keep, recall } from "./kept.js";

/** @import { Tokens, User } from "./types.js" */
/** @import { Asked } from "./api.js" */

const KEY = "session";

/** So long before it ends is an access token replaced, in milliseconds. */
const MARGIN = 30000;

/** @typedef {{id: string, token: string}} Kept who it is, and the refresh token */

/** @type {{token: string, until: number, id: string} | null} */
let access = null;

/** The id of who is logged in, or null. */
export const me = box(/** @type {string | null} */ (kept()?.id ?? null));

/** What the service says of who is logged in, as far as it was asked. */
export const user = box(/** @type {User | null} */ (null));

/** Whether the session has ended without the user's doing. */
export const hasEnded = box(false);

/** @returns {Kept | null} */
function kept() {
  try {
    return JSON.parse(recall(KEY, true) ?? recall(KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Tokens} tokens @param {boolean} forTab */
function hold({ access_token, expires_in, refresh_token, user_id }, forTab) {
  access = { token: access_token, until: Date.now() + expires_in * 1000 - MARGIN, id: user_id };
  keep(KEY, JSON.stringify({ id: user_id, token: refresh_token }), forTab);
}

/**
 * Begins a session.
 * @param {Tokens} tokens
 * @param {boolean} [forTab] whether it ends with the tab
 */
export function begin(tokens, forTab = false) {
  forget();
  hold(tokens, forTab);
  hasEnded.set(false);
  me.set(tokens.user_id);
}

function forget() {
  access = null;
  keep(KEY, null, true);
  keep(KEY, null);
  user.set(null);
}

/** Ends the session here. @param {boolean} [unasked] whether the user did not want it */
export function end(unasked = false) {
  forget();
  // What was typed and not saved is nobody else's business on this device.
  if (!unasked) forgetAll("draft.");
  if (me.value !== null) hasEnded.set(unasked);
  me.set(null);
}

/** Ends the session here and at the service. */
export async function logOut() {
  const token = kept()?.token;
  end();
  // The session ends by itself if this does not arrive; the token is gone from here in any case.
  if (token) await send("POST", "token/revoke", { body: { refresh_token: token }, outlives: true }).catch(() => {});
}

/** One at a time over all tabs, so that no tab sends a token that another has spent. @template T @param {() => Promise<T>} work */
function alone(work) {
  return navigator.locks ? navigator.locks.request(KEY, work) : work();
}

/** An access token that is still good. @param {string} [spent] one that is not @returns {Promise<string>} */
async function accessToken(spent) {
  const good = () => (access && access.id === kept()?.id && access.token !== spent && access.until > Date.now() ? access.token : null);
  const now = good();
  if (now) return now;
  return alone(async () => {
    const by = good();
    if (by) return by;
    const session = kept();
    if (!session) throw ended();
    try {
      const { body } = await send("POST", "token", { body: { refresh_token: session.token } });
      hold(body, recall(KEY, true) !== null);
      return body.access_token;
    } catch (error) {
      if (error instanceof Fault && (error.status === 401 || error.status === 400)) throw ended();
      throw error;
    }
  });
}

function ended() {
  end(true);
  return new Fault(401, { code: "session_over" });
}

/**
 * Sends a request as who is logged in.
 * @param {string} method
 * @param {string} path
 * @param {Asked} [asked]
 * @returns {Promise<{body: any, etag: string}>}
 */
export async function ask(method, path, asked = {}) {
  const token = await accessToken();
  try {
    return await send(method, path, { ...asked, token });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "unauthenticated") throw error;
    return send(method, path, { ...asked, token: await accessToken(token) });
  }
}

/** Asked once, however many views want to know at the same time. @type {Promise<User> | null} */
let asking = null;

/** Asks who is logged in. @returns {Promise<User>} */
export function loadUser() {
  asking ??= ask("GET", "user")
    .then(({ body }) => {
      if (body.user.id === me.value) user.set(body.user);
      return body.user;
    })
    .finally(() => {
      asking = null;
    });
  return asking;
}

// Another tab has logged in or out.
addEventListener("storage", ({ key }) => {
  if (key !== KEY && key !== null) return;
  const id = kept()?.id ?? null;
  if (id === me.value) return;
  access = null;
  user.set(null);
  me.set(id);
});
