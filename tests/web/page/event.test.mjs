// The page of an event, for its members and for who organises it.
import assert from "node:assert/strict";
import test from "node:test";
import { DAYS, decide, failure, focused, linkTo, party, PLACES, ready, says, stub, tokenOf } from "./event-scene.mjs";
import { API, ask, look, lookEverywhere, mailTo, person, PHONE, SMALL, visit, visitAs } from "./stage.mjs";

/** @import { Page } from "playwright-core" */
/** @import { TestContext } from "node:test" */
/** @typedef {Awaited<ReturnType<typeof party>>} Party */

/** @param {TestContext} t @param {Party} scene @param {"jane" | "mary" | "zoe"} who @param {import("playwright-core").BrowserContextOptions} [options] */
async function openAs(t, scene, who, options) {
  const page = await visitAs(t, scene[who], options);
  await page.goto(scene.page);
  await ready(page);
  return page;
}

/** Opens one of the organiser's tools. @param {Page} page @param {string} name */
async function tool(page, name) {
  const organise = page.locator("#organise > details");
  if (!(await organise.evaluate((/** @type {any} */ details) => details.open))) await organise.locator("summary", { hasText: "Organise" }).click();
  const details = organise.locator("details", { has: page.locator("summary", { hasText: name }) });
  await details.locator("summary").click();
  return details;
}

const choose = (/** @type {Page} */ page, /** @type {RegExp} */ option) => page.getByRole("button", { name: option });

test("looks right for a member", async (t) => {
  const scene = await party();
  for (const [name, options] of Object.entries({ desktop: {}, "desktop-dark": { colorScheme: /** @type {const} */ ("dark") }, phone: PHONE, "small-dark": { ...SMALL, colorScheme: /** @type {const} */ ("dark") } })) {
    const page = await openAs(t, scene, "mary", options);
    assert.equal(await page.locator("#date-1").isChecked(), true);
    await look(page, `event-member-${name}`);
  }
});

test("looks right for the organiser, with all tools open", async (t) => {
  const scene = await party();
  for (const [name, options] of Object.entries({ desktop: {}, "desktop-dark": { colorScheme: /** @type {const} */ ("dark") }, "phone-ru": { ...PHONE, locale: "ru-RU" }, "phone-uk": { ...PHONE, locale: "uk-UA" }, "small-dark": { ...SMALL, colorScheme: /** @type {const} */ ("dark") } })) {
    const page = await openAs(t, scene, "jane", options);
    await look(page, `event-organiser-${name}`);
    for (const summary of await page.locator("#organise summary").all()) await summary.click();
    await look(page, `event-tools-${name}`);
  }
});

test("answers in the order what, when, where, who comes, what is left", async (t) => {
  const page = await openAs(t, await party(), "zoe");
  assert.deepEqual(await page.locator("h1, h2, .event-bar button").allTextContents(), ["Picnic by the lake", "When", "Where", "Do you come?", "Who comes", "Vote on the place"]);
  assert.equal(await page.locator("#date > p").first().innerText(), "2 of 4 can on Thursday, 6 February 2127 at 12:00. Two have not voted.");
  await page.getByRole("button", { name: "Vote on the place" }).click();
  assert.equal(await focused(page), "place-0");
});

test("shows the votes as a table with one's own row first, and as a list where there is no room", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "zoe");
  const table = page.getByRole("table");
  assert.deepEqual(await table.getByRole("rowheader").allTextContents(), ["You", "Mary", "John", "Paul"]);
  const marys = table.getByRole("row", { name: "Mary" }).getByRole("img");
  assert.deepEqual(await marys.evaluateAll((signs) => signs.map((sign) => sign.ariaLabel)), ["not for it", "for it", "for it", "not for it"]);
  await page.getByRole("checkbox", { name: /Fri.*7 Feb/ }).check();
  await says(page, "Your vote is saved.");
  assert.deepEqual((await scene.read(scene.zoe.token)).date[0].my_vote, [DAYS[1], DAYS[2]]);
  await page.setViewportSize({ width: 390, height: 780 });
  await page.locator("#date label", { hasText: "2 of 4: you and Mary" }).first().waitFor();
  assert.equal(await page.getByRole("table").count(), 0);
});

test("sends votes that wait for their turn when one has gone to another view", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "zoe");
  /** @type {(value?: unknown) => void} */
  let go = () => {};
  const held = new Promise((resolve) => (go = resolve));
  await page.route(`${scene.url}/vote`, async (route) => {
    await held;
    await route.continue();
  });
  await page.locator("#date-0").check();
  await page.locator("#date-2").check();
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.waitForURL("**/#/contacts");
  const last = page.waitForResponse((response) => response.url().endsWith("/vote") && (response.request().postData() ?? "").includes(/** @type {string} */ (DAYS[2])));
  go();
  await last;
  assert.deepEqual((await scene.read(scene.zoe.token)).date[0].my_vote, DAYS.slice(0, 3));
  await page.goBack();
  await ready(page);
  assert.equal(await page.locator("#date-2").isChecked(), true);
});

test("does not let 500 people make it unusable", async (t) => {
  const scene = await party();
  const page = await visitAs(t, scene.mary);
  await stub(page, scene, {
    as: scene.mary.token,
    changed: (event) => {
      event.members[0].invited.push(...Array.from({ length: 495 }, (_, at) => ({ id: `m${at}`, name: `Member ${at}`, role: "user", chat_success: false, answer: null })));
      event.date[0].drafts = Array.from({ length: 30 }, (_, at) => ({ date: `2127-03-${String(at + 1).padStart(2, "0")}T18:30`, votes: 1, voted: [`m${at}`] }));
    },
  });
  await page.goto(scene.page);
  await ready(page);
  assert.equal(await page.getByRole("table").getByRole("row").count(), 22);
  await look(page, "event-500");
  await page.locator("#date").getByRole("button", { name: "All 498" }).click();
  assert.equal(await page.getByRole("table").getByRole("row").count(), 500);
  assert.equal(await focused(page), "date-title");
  const first = page.getByRole("rowheader", { name: "Member 3", exact: true });
  const before = await first.boundingBox();
  await page.locator(".event-grid").evaluate((grid) => grid.scrollBy({ left: 1000, behavior: "instant" }));
  assert.equal((await first.boundingBox())?.x, before?.x, "the names stay where they are");
});

test("lets the organiser decide, and mails when both stand", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  await page.getByRole("button", { name: "Decide on the day" }).click();
  assert.equal(await focused(page), "date-0-do");
  await choose(page, /^Choose this Thu.* 6 Feb/).click();
  await page.locator("#date .event-decided", { hasText: "6 February" }).waitFor();
  assert.equal(await focused(page), "date-title");
  assert.equal(await page.locator(".event-bar button").innerText(), "Decide on the place");
  await choose(page, /^Choose this Park/).click();
  await page.getByRole("dialog", { name: "Choose Park?" }).getByText("mailed that it is on").waitFor();
  await look(page, "event-choose");
  await page.getByRole("button", { name: "Choose and mail" }).click();
  await page.locator("#place .event-decided", { hasText: "Park" }).waitFor();
  assert.equal(await focused(page), "place-title");
  assert.equal(await page.locator(".event-bar button").count(), 0);
  await mailTo(scene.mary.email, "Park");
  await look(page, "event-decided");
});

test("lets the organiser decide otherwise, and take a decision back", async (t) => {
  const scene = await party();
  await scene.vote(scene.jane.token, "date", DAYS[0]);
  await scene.vote(scene.jane.token, "place", PLACES[0]);
  const page = await openAs(t, scene, "jane", PHONE);
  await page.getByText("The other 3 days").click();
  await choose(page, /^Choose this Thu.* 6 Feb/).click();
  await page.getByRole("dialog").getByText("mailed that this has changed").waitFor();
  await page.getByRole("button", { name: "Choose and mail" }).click();
  await page.locator("#date .event-decided", { hasText: "6 February" }).waitFor();
  await page.locator("#place").getByRole("button", { name: "Open again" }).click();
  const question = page.getByRole("dialog", { name: "Open the place again?" });
  await question.getByText("mailed that this is open again").waitFor();
  await question.getByRole("button", { name: "Open again" }).click();
  await choose(page, /^Choose this Park/).waitFor();
  assert.equal(await focused(page), "place-title");
  await page.locator("#date").getByRole("button", { name: "Open again" }).click();
  await page.getByRole("dialog").getByText("Nobody is mailed.").waitFor();
});

test("says why a decision has failed, and lets it be tried again", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  await page.route(`${scene.url}/vote`, (route) => failure(503, "unavailable")(route), { times: 1 });
  await choose(page, /^Choose this Park/).click();
  await page.locator("#place").getByRole("alert").getByText("does not work right now").waitFor();
  await choose(page, /^Choose this Park/).click();
  await page.locator("#place .event-decided").waitFor();
});

test("lets the organiser propose further days and places", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  const day = await tool(page, "Propose another day");
  await day.getByLabel("Day").fill("2127-03-01");
  await day.getByLabel("Time").fill("19:15");
  await day.getByRole("button", { name: "Propose" }).click();
  await day.getByText("It is proposed now.").waitFor();
  assert.equal((await scene.read()).date[0].drafts.at(-1).date, "2127-03-01T19:15");
  await page.getByRole("columnheader", { name: /1 Mar.*19:15/ }).waitFor();
  const place = await tool(page, "Propose another place");
  await place.getByLabel("Place").fill("Park");
  await page.reload();
  await ready(page);
  await tool(page, "Propose another place");
  assert.equal(await place.getByLabel("Place").inputValue(), "Park", "what was typed is there after a reload");
  await place.getByRole("button", { name: "Propose" }).click();
  await place.getByText("This was proposed already.").waitFor();
});

test("lets the organiser correct name and text", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  const text = await tool(page, "Change name and text");
  await text.getByLabel("Name").fill("Picnic in the park");
  await text.getByLabel("What else").fill("Bring nothing.");
  await text.getByRole("button", { name: "Save" }).click();
  await ready(page, "Picnic in the park");
  await text.getByText("Saved").waitFor();
  const { name, additional } = await scene.read();
  assert.deepEqual([name, additional], ["Picnic in the park", "Bring nothing."]);
});

test("lets the organiser invite more people, and mail a link anew", async (t) => {
  const scene = await party();
  const ivan = await person("Ivan");
  const page = await openAs(t, scene, "jane");
  const invite = await tool(page, "Invite more people");
  const field = invite.getByLabel("Username or e-mail address");
  const button = invite.getByRole("button", { name: "Invite" });
  await field.fill(`nobody-of-this-name, ${ivan.username}`);
  await button.click();
  await invite.getByText("Not found: nobody-of-this-name.").waitFor();
  await field.fill(`${ivan.username}, new.${ivan.email}`);
  await button.click();
  await invite.getByText(/^Invited: Ivan and new\..*\.$/).waitFor();
  await field.fill(ivan.username);
  await button.click();
  await invite.getByText("They are in already.").waitFor();
  const member = await tool(page, "Mail a link anew");
  await member.getByLabel("Who").selectOption("John");
  await member.getByRole("button", { name: "Mail the link anew" }).click();
  await member.getByText("A new link is on its way.").waitFor();
  for (let tries = 0; (await linkTo(scene.john)) === scene.link; tries += 1) {
    assert(tries < 100, "no new link was mailed");
    await new Promise((later) => setTimeout(later, 20));
  }
  const fresh = tokenOf(await linkTo(scene.john));
  assert.equal((await scene.read(fresh)).members[0].invited.find((/** @type {any} */ { id }) => id === scene.me).name, "John");
  const old = await visit(t);
  await old.goto(scene.link);
  await ready(old, "This invitation is over");
});

test("lets the organiser take somebody out", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane", PHONE);
  const member = await tool(page, "take somebody out");
  await member.getByLabel("Who").selectOption({ label: `Zoë (${scene.zoe.username})` });
  await member.getByRole("button", { name: "Take Zoë out" }).click();
  await page.getByRole("dialog", { name: "Take Zoë out?" }).getByRole("button", { name: "Take out" }).click();
  await page.locator("#people", { hasText: "One may come" }).waitFor({ state: "detached" });
  assert.equal(await focused(page), "organise-title");
  const zoe = await visitAs(t, scene.zoe);
  await zoe.goto(scene.page);
  await ready(zoe, "This event is not there any more");
  await look(zoe, "event-gone");
});

test("lets the organiser hand the event over to a member with an account", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  const over = await tool(page, "Hand the event over");
  assert.deepEqual(await over.getByRole("option").allTextContents(), ["Choose somebody", `Mary (${scene.mary.username})`, `Zoë (${scene.zoe.username})`]);
  await over.getByLabel("Who").selectOption(scene.mary.id);
  await over.getByRole("button", { name: "Hand over" }).click();
  await page.getByRole("dialog", { name: "Hand over to Mary?" }).getByRole("button", { name: "Hand over" }).click();
  await page.getByText("Mary invites you").waitFor();
  assert.equal(await page.locator("#organise").count(), 0);
  assert.equal(await focused(page), "H1");
});

test("lets the organiser delete the event", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  const deletion = await tool(page, "Delete the event");
  await deletion.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByText("mailed that it is cancelled").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await ready(page, "The event is deleted");
  assert.equal(await focused(page), "H1");
  await page.getByRole("main").getByRole("link", { name: "Events" }).waitFor();
  await mailTo(scene.mary.email, "ancel");
});

test("tells who is no organiser any more, and shows the event as it is now", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "jane");
  await ask("PUT", `/event/${scene.id}/organiser`, { token: scene.jane.token, body: { id: scene.mary.id } });
  const text = await tool(page, "Change name and text");
  await text.getByRole("button", { name: "Save" }).click();
  await page.getByText("Mary invites you").waitFor();
});

test("lets a member leave", async (t) => {
  const scene = await party();
  const page = await openAs(t, scene, "zoe", PHONE);
  await page.getByRole("button", { name: "Leave this event" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await ready(page, "You have left");
  assert.equal((await scene.read()).members[0].invited.some((/** @type {any} */ { id }) => id === scene.zoe.id), false);
});

test("leads from a draft to where it is edited", async (t) => {
  const jane = await person("Jane");
  const { event: { id } } = await ask("POST", "/event", { token: jane.token, body: { event: { name: "Not yet" } } });
  const page = await visitAs(t, jane);
  await page.goto(`${API}/#/events/${id}`);
  await page.waitForURL(`${API}/#/events/${id}/edit**`);
});

test("waits, tries again, and knows no event of such an id", async (t) => {
  const scene = await party();
  const page = await visitAs(t, scene.mary);
  await page.route(scene.url, failure(503, "unavailable"), { times: 1 });
  await page.goto(scene.page);
  await ready(page, "The event cannot be shown right now");
  await page.getByRole("button", { name: "Try again" }).click();
  await ready(page);
  assert.equal(await focused(page), "H1");
  for (const id of ["0192f0c1-2345-4abc-8def-0000000000e1", "a%2Fb"]) {
    await page.goto(`${API}/#/events/${id}`);
    await ready(page, "This event is not there any more");
  }
});

test("keeps focus and place when it is read anew", async (t) => {
  const scene = await party();
  const page = await visitAs(t, scene.zoe, { ...SMALL, reducedMotion: "reduce" });
  await page.clock.install();
  await page.goto(scene.page);
  await ready(page);
  await page.locator("#place-2").focus();
  const place = await page.evaluate(() => scrollY);
  await scene.vote(scene.mary.token, "place", PLACES[2]);
  await page.clock.fastForward(20000);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.locator("#place-2-votes", { hasText: "1 of 4: Mary" }).waitFor();
  assert.equal(await focused(page), "place-2");
  assert.equal(await page.evaluate(() => scrollY), place);
});

test("looks right once all is decided", (t) =>
  party().then((scene) =>
    lookEverywhere(t, "event-on", async (page) => {
      await stub(page, scene, { changed: (event) => decide(event, [scene.me, scene.mary.id]) });
      await page.goto(scene.link);
      await ready(page);
      await page.getByRole("button", { name: "Yes" }).waitFor();
    })));
