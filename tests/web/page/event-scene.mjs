// What the tests of an event's page and of its link have in common: an event with people in it, and a service that is stood in for.
import { API, ask, fresh, linkIn, mailTo, person } from "./stage.mjs";

export const DAYS = ["05.02.2127, time: 18:30", "2127-02-06T12:00", "07.02.2127", "2127-02-13T11:00:00+01:00"];
export const PLACES = ["Strandbad, the meadow behind the boathouse", "Park", "Jane’s garden"];

/**
 * An event of Jane's. Mary comes and has voted, Zoë may come and has voted, Anna is a guest who does not come, and John is a guest who has said
 * nothing. One vote decides nothing.
 */
export async function party() {
  const [jane, mary, zoe] = await Promise.all([person("Jane Doe"), person("Mary"), person("Zoë")]);
  const [john, anna] = [`${fresh("john")}@example.com`, `${fresh("anna")}@example.com`];
  const { event: { id } } = await ask("POST", "/event", { token: jane.token, body: { event: {
    name: "Picnic by the lake", status: true, additional: "Bring a blanket and something to share.\nIf it rains, we meet at mine. <b>No presents</b>, please.",
    date: [{ choice: "any", drafts: DAYS.map((date) => ({ date })) }],
    place: [{ choice: "one", drafts: PLACES.map((place) => ({ place })) }],
    members: [{ invited: [{ "e-mail": john, name: "John" }, mary.username, zoe.username, { "e-mail": anna, name: "Anna" }, { "e-mail": `${fresh("paul")}@example.com`, name: "Paul" }] }],
  } } });
  const vote = (/** @type {string} */ token, /** @type {string} */ topic, /** @type {unknown} */ option) => ask("PUT", `/event/${id}/vote`, { token, body: { event: { [topic]: [{ confirmed: option }] } } });
  const answer = (/** @type {string} */ token, /** @type {string} */ answer) => ask("PUT", `/event/${id}/answer`, { token, body: { answer } });
  await vote(mary.token, "date", DAYS[1]);
  await vote(mary.token, "date", DAYS[2]);
  await vote(mary.token, "place", PLACES[1]);
  await vote(zoe.token, "date", DAYS[1]);
  await answer(mary.token, "yes");
  await answer(zoe.token, "maybe");
  await answer(tokenOf(await linkTo(anna)), "no");
  const link = await linkTo(john);
  const token = tokenOf(link);
  const { sub: me } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const read = async (who = token) => (await ask("GET", `/event/${id}`, { token: who })).event;
  return { id, jane, mary, zoe, john, link, token, me, read, vote, answer, url: `${API}/event/${id}`, page: `${API}/#/events/${id}` };
}

/** The link of the latest invitation to an address, at the place that is tested. @param {string} email */
export async function linkTo(email) {
  return linkIn(await mailTo(email, "invit")).replace(/^https?:\/\/[^/]+/, API);
}

/** @param {string} link */
export function tokenOf(link) {
  return /** @type {string} */ (new URLSearchParams(new URL(link).hash.slice(1)).get("token"));
}

/**
 * Answers the requests for an event in place of the service: with the event that `changed` makes of the real one, or as `answer` says.
 * @param {import("playwright-core").Page} page
 * @param {{url: string, read: (who?: string) => Promise<any>}} scene
 * @param {{changed?: (event: any) => void, answer?: (route: import("playwright-core").Route, event: any) => unknown, as?: string | undefined}} [how]
 * @returns {Promise<any>} the event, which may be changed
 */
export async function stub(page, { url, read }, { changed, answer, as } = {}) {
  const event = structuredClone(await read(as));
  changed?.(event);
  await page.route(`${url}**`, async (route) => {
    if (answer && (await answer(route, event))) return;
    await route.fulfill({ json: { event } });
  });
  return event;
}

/** @param {number} status @param {string} code @param {Record<string, string>} [headers] */
export function failure(status, code, headers = {}) {
  return (/** @type {import("playwright-core").Route} */ route) => route.fulfill({ status, headers, json: { message: `The service says ${code}.`, code } }).then(() => true);
}

/** Decides both polls. @param {any} event @param {string[]} voted */
export function decide(event, voted) {
  for (const [topic, at] of /** @type {const} */ ([["date", 1], ["place", 0]])) {
    const [poll] = event[topic];
    const [option] = poll.drafts.splice(at, 1);
    Object.assign(poll, { confirmed: option[topic], confirmed_votes: voted.length, confirmed_voted: voted });
  }
}

/** @param {import("playwright-core").Page} page @param {string | RegExp} name */
export function ready(page, name = "Picnic by the lake") {
  return page.getByRole("heading", { level: 1, name }).waitFor();
}

/** @param {import("playwright-core").Page} page @param {string} text */
export function says(page, text) {
  return page.locator(".event-bar [role=status]", { hasText: text }).waitFor();
}

/** What has the focus. @param {import("playwright-core").Page} page */
export function focused(page) {
  return page.evaluate(() => {
    const { id, tagName, textContent } = /** @type {HTMLElement} */ (document.activeElement);
    return id || (tagName === "H1" ? tagName : (textContent ?? "").trim());
  });
}
