// Nothing moves under the reader's finger, also on a slow phone. How long the page takes is told and not judged: it depends on the machine.
import assert from "node:assert/strict";
import test from "node:test";
import { API, ask, linkIn, mailTo, person, PHONE, visit, visitAs } from "./stage.mjs";

/** How much slower than this machine the phone is. */
const SLOWER = 4;

/** @param {import("playwright-core").Page} page */
async function slow(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(() => {
    const seen = { shifts: /** @type {string[]} */ ([]), inputs: /** @type {number[]} */ ([]) };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const entry of /** @type {any[]} */ (list.getEntries())) if (!entry.hadRecentInput) seen.shifts.push(`${entry.value} ${entry.sources.map((/** @type {any} */ { node }) => node?.outerHTML?.slice(0, 120))}`);
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.inputs.push(Math.round(entry.duration));
    }).observe(/** @type {any} */ ({ type: "event", durationThreshold: 16, buffered: true }));
  });
}

/** @param {import("node:test").TestContext} t @param {import("playwright-core").Page} page @param {string} name */
async function judge(t, page, name) {
  const { shifts, inputs, shown } = await page.evaluate(() => ({
    .../** @type {any} */ (globalThis).seen,
    shown: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0),
  }));
  t.diagnostic(`${name}, ${SLOWER} times slower: shown after ${shown} ms, answers a tap within ${Math.max(0, ...inputs)} ms`);
  assert.deepEqual(shifts, [], name);
}

test("nothing moves by itself", async (t) => {
  const [jane, john] = [await person("Jane"), await person("John")];
  const event = { name: "Picnic", status: true, date: [{ choice: "any", drafts: [{ date: "2027-02-06" }, { date: "2027-02-07" }] }], place: [{ drafts: [{ place: "Park" }, { place: "Pub" }] }], members: [{ invited: [{ id: john.username }, ...Array.from({ length: 30 }, (_, at) => ({ id: `guest${at}.${jane.username}@example.com` }))] }] };
  const { event: { id } } = await ask("POST", "/event", { token: jane.token, body: { event } });
  const link = linkIn(await mailTo(john.email, "Picnic")).replace(/^https?:\/\/[^/]+/, "");

  const stranger = await visit(t, PHONE);
  await slow(stranger);
  await stranger.goto(API);
  await stranger.getByRole("link", { name: "Create an account" }).waitFor();
  await judge(t, stranger, "welcome");

  const member = await visitAs(t, john, PHONE);
  await slow(member);
  await member.goto(API);
  await member.getByRole("link", { name: /Picnic/ }).waitFor();
  await judge(t, member, "events");
  await member.goto(`${API}/#/events/${id}`);
  await member.getByRole("checkbox").first().tap();
  await member.getByText("Your vote is saved.").waitFor();
  await judge(t, member, "event with 31 invitees");

  const guest = await visit(t, PHONE);
  await slow(guest);
  await guest.goto(API + link);
  await guest.getByRole("checkbox").first().tap();
  await guest.getByText("Your vote is").waitFor();
  await judge(t, guest, "invitation");
});
