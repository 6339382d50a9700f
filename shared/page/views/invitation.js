// The page that the link of an invitation opens. The link is all it takes to vote and to answer, and opens nothing but its event.
import { html, useEffect, useMemo, useState } from "../vendor/preact.js";
import { send } from "../lib/api.js";
import { keep, recall } from "../lib/kept.js";
import { EventOver, EventView } from "./event.js";

/** @import { Source } from "./event-work.js" */

/**
 * The token of the link. It is of no use to anybody who later looks at the screen or the history: it leaves the address at once, and a reload
 * finds it in what the tab keeps.
 */
function takeInvitation() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) keep("invitation", given, true);
  history.replaceState(null, "", location.pathname);
  return given ?? recall("invitation", true);
}

/** @param {string} token @returns {Source | null} */
function sourceOf(token) {
  try {
    // Who may do what is the service's to judge; the page only has to know which event to ask for, and who asks.
    const { event: id, sub: me } = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    if (![id, me].every((part) => /^[\w-]+$/.test(part ?? ""))) return null;
    return { key: `invitation ${token}`, id, me, byLink: true, ask: (method, path, asked) => send(method, `event/${id}${path}`, { ...asked, token }) };
  } catch {
    return null;
  }
}

export function InvitationLink() {
  // The same link that is opened again, from a newer mail, shows the event as it is by then.
  const [{ token, turn }, setOpened] = useState(() => ({ token: takeInvitation(), turn: 0 }));
  const source = useMemo(() => (token ? sourceOf(token) : null), [token]);
  useEffect(() => {
    // A second link that is opened in the same tab only changes the fragment.
    const take = () => location.hash && setOpened(({ turn }) => ({ token: takeInvitation(), turn: turn + 1 }));
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);
  if (source) return html`<${EventView} key=${`${turn} ${source.key}`} source=${source} />`;
  const why = token ? "incomplete" : "none";
  return html`<${EventOver} key=${why} why=${why} byLink />`;
}
