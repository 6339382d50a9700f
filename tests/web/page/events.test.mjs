// The list of events, and making one.
import assert from "node:assert/strict";
import test from "node:test";
import { API, ask, fresh, lookEverywhere, mailTo, PASSWORD, person, PHONE, visitAs } from "./stage.mjs";

/** A day so many days from now, as `YYYY-MM-DD`. @param {number} count */
function day(count) {
  const at = new Date();
  at.setDate(at.getDate() + count);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** The first days of the month after this one, which are on one page of the calendar. @param {number} number */
function next(number) {
  const now = new Date();
  const at = new Date(now.getFullYear(), now.getMonth() + 1, 1);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(number).padStart(2, "0")}`;
}

/**
 * @param {{token: string}} who
 * @param {string} name
 * @param {{dates?: string[], date?: string, places?: string[], place?: string, invited?: string[], send?: boolean, choice?: string}} [more]
 */
async function event({ token }, name, { dates = [], date = "", places = [], place = "", invited = [], send = true, choice = "any" } = {}) {
  const body = {
    event: {
      name,
      status: send,
      date: [{ drafts: dates.map((date) => ({ date })), confirmed: date, choice }],
      place: [{ drafts: places.map((place) => ({ place })), confirmed: place }],
      members: [{ invited }],
    },
  };
  return (await ask("POST", "/event", { body, token })).event;
}

/** @param {{token: string}} who @param {import("playwright-core").Page} page */
async function stored({ token }, page) {
  const [, id] = page.url().match(/events\/([\w-]{36})/) ?? [];
  return (await ask("GET", `/event/${id}`, { token })).event;
}

const saved = (/** @type {import("playwright-core").Page} */ page) => page.getByText("Saved", { exact: true }).waitFor();

/** Somebody with an event in each group. */
async function busy() {
  const [ann, bob] = await Promise.all([person("Ann Lee"), person("Bob")]);
  await event(bob, "Birthday at Bob’s", { dates: [next(5), next(6), next(12)], place: "At mine", invited: [ann.username] });
  await event(ann, "Picnic", { dates: [next(5), next(13)], places: ["Park", "Beach"], invited: [bob.username] });
  await event(ann, "Board games", { date: `${next(20)}T19:30`, place: "Pub", invited: [bob.username] });
  const trip = await event(bob, "Trip to the sea", { dates: [next(26), next(27)], places: ["Odesa"], invited: [ann.username] });
  await ask("PUT", `/event/${trip.id}/answer`, { body: { answer: "yes" }, token: ann.token });
  await event(ann, "", { dates: [next(8)], send: false });
  await event(ann, "Last summer", { date: "2025-07-04", place: "Lake", invited: [bob.username] });
  return ann;
}

test("the events are in groups, what is to do first", async (t) => {
  const ann = await busy();
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/`);
  await page.getByRole("heading", { name: "To do" }).waitFor();
  const groups = await page.locator(".events-list > *").evaluateAll((all) => all.map((group) => [group.querySelector("h2, summary")?.textContent, ...[...group.querySelectorAll(".event-name")].map((name) => name.textContent)]));
  assert.deepEqual(groups, [
    ["To do", "Picnic", "Birthday at Bob’s"],
    ["Open", "Trip to the sea"],
    ["Decided", "Board games"],
    ["Drafts", "No name yet"],
    ["1 past event", "Last summer"],
  ]);
  const todo = await page.locator(".event-todo").allTextContents();
  assert.deepEqual(todo, ["Decide on the day and the place", "Vote, and say whether you come"]);
});

test("a draft's card leads to what is not filled in yet", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Half an idea", { send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/`);
  await page.getByRole("link", { name: "Half an idea" }).click();
  await page.waitForURL(`**/#/events/${id}/edit/days`);
  await page.getByRole("heading", { name: "Which days suit?" }).waitFor();
});

test("the month leads to the events of a day", async (t) => {
  const ann = await busy();
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/`);
  await page.getByRole("button", { name: "Next month" }).click();
  const games = page.getByRole("link", { name: /: Board games, It is on$/ });
  assert.match((await games.getAttribute("href")) ?? "", /#\/events\/[\w-]{36}$/);
  await page.getByRole("button", { name: /: 2 events$/ }).click();
  await page.getByRole("group").getByRole("link", { name: "Picnic, To be chosen" }).waitFor();
  await page.getByRole("group").getByRole("link", { name: "Birthday at Bob’s, To be chosen" }).waitFor();
});

test("weeks begin as the reader's locale has it", async (t) => {
  const ann = await person("Ann");
  for (const [locale, first] of [["en-GB", "Mon"], ["en-US", "Sun"]]) {
    const page = await visitAs(t, ann, { locale: /** @type {string} */ (locale) });
    await page.goto(`${API}/#/events/new/days`);
    assert.equal(await page.getByRole("columnheader").first().textContent(), first);
    await page.close();
  }
});

test("the pages after the first are loaded, and what fails can be tried again", async (t) => {
  const ann = await person("Ann");
  for (let at = 0; at < 103; at += 1) await event(ann, `Plan ${at}`, { send: false });
  const page = await visitAs(t, ann);
  let fails = true;
  await page.route("**/event?limit=50&cursor=*", (route) => (fails ? route.fulfill({ status: 503, json: { message: "x", code: "unavailable" } }) : route.continue()));
  await page.goto(`${API}/#/`);
  await page.getByRole("alert").getByText("The service does not work right now.").waitFor();
  assert.equal(await page.locator(".event-card").count(), 50);
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Plan 0", { exact: true }).waitFor();
  assert.equal(await page.locator(".event-card").count(), 103);
});

test("events that cannot be loaded can be tried again", async (t) => {
  const ann = await person("Ann");
  await event(ann, "Half an idea", { send: false });
  const page = await visitAs(t, ann);
  await page.route("**/event?limit=50", (route) => route.abort());
  await page.goto(`${API}/#/`);
  await page.getByRole("alert").getByText("The service cannot be reached.").waitFor();
  await page.unroute("**/event?limit=50");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Half an idea").waitFor();
});

test("an event is made and sent, step by step", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann Lee"), person("Bob")]);
  const guest = `${fresh("cleo")}@example.com`;
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/`);
  await page.getByRole("link", { name: "Plan an event" }).click();
  await page.getByLabel("What is it called?").fill("Picnic");
  await page.getByLabel("What else should").fill("Bring a blanket.");
  await page.getByRole("link", { name: "Next: days" }).click();
  await page.getByRole("button", { name: "Next month" }).click();
  await page.locator(`[data-day="${next(5)}"]`).click();
  await page.locator(`[data-day="${next(6)}"]`).click();
  await page.getByLabel("A time for all days").fill("18:30");
  await page.getByRole("link", { name: "Next: places" }).click();
  await page.getByLabel("Place 1").fill("Park");
  await page.getByRole("link", { name: "Next: people" }).click();
  await page.getByRole("combobox").fill(bob.username);
  await page.getByRole("option", { name: "Bob" }).click();
  await page.getByRole("combobox").fill(`Cleo <${guest}>`);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Next: a last look" }).click();
  await page.getByText("It is mailed to 2 people").waitFor();
  const mail = page.getByRole("figure");
  await mail.getByText("Ann Lee invites you to Picnic").waitFor();
  await mail.getByText("Vote and answer").waitFor();
  await page.getByRole("button", { name: "Send the invitations" }).click();
  await page.waitForURL(/#\/events\/[\w-]{36}$/);
  const sent = await stored(ann, page);
  assert.equal(sent.status, true);
  assert.deepEqual(sent.date[0].drafts.map((/** @type {any} */ { date }) => date), [`${next(5)}T18:30`, `${next(6)}T18:30`]);
  assert.deepEqual([sent.date[0].choice, sent.place[0].confirmed], ["any", "Park"]);
  assert.match((await mailTo(guest, "Picnic")).text, /Bring a blanket/);
  await mailTo(bob.email, "Picnic");
});

test("the first save keeps what is typed, the focus, and makes one draft", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  let go = () => {};
  const held = new Promise((resolve) => (go = () => resolve(null)));
  await page.route("**/event", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${API}/#/events/new`);
  const name = page.getByLabel("What is it called?");
  await name.pressSequentially("Pic");
  await page.getByText("Saving", { exact: true }).waitFor();
  await page.keyboard.type("nic");
  go();
  await page.waitForURL(/#\/events\/[\w-]{36}\/edit\/name$/);
  await page.keyboard.type(" in May");
  assert.equal(await name.inputValue(), "Picnic in May");
  await saved(page);
  assert.equal((await stored(ann, page)).name, "Picnic in May");
  assert.equal((await ask("GET", "/event", { token: ann.token })).events.length, 1);
});

test("a reload during the first save makes one draft", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  let lost = true;
  await page.route("**/event", async (route) => {
    if (!lost) return route.continue();
    lost = false;
    await route.fetch();
    return route.abort();
  });
  await page.goto(`${API}/#/events/new`);
  await page.getByLabel("What is it called?").fill("Once");
  await page.getByText("Not saved:").waitFor();
  await page.getByLabel("What is it called?").fill("Once and no more");
  await page.reload();
  await page.waitForURL(/#\/events\/[\w-]{36}\/edit\/name$/);
  await saved(page);
  assert.equal(await page.getByLabel("What is it called?").inputValue(), "Once and no more");
  const { events } = await ask("GET", "/event", { token: ann.token });
  assert.deepEqual(events.map((/** @type {any} */ { name }) => name), ["Once and no more"]);
});

test("what could not be saved is saved after a reload", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Before", { send: false });
  const page = await visitAs(t, ann);
  await page.route(`**/event/${id}`, (route) => (route.request().method() === "PUT" ? route.abort() : route.continue()));
  await page.goto(`${API}/#/events/${id}/edit/name`);
  await page.getByLabel("What is it called?").fill("After");
  await page.getByText("Not saved: The service cannot be reached.").waitFor();
  await page.unroute(`**/event/${id}`);
  await page.reload();
  await saved(page);
  assert.equal((await stored(ann, page)).name, "After");
});

test("what was typed offline is saved when one is online again", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Before", { send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/name`);
  await page.getByLabel("What is it called?").waitFor();
  await page.context().setOffline(true);
  await page.getByLabel("What is it called?").fill("After");
  await page.getByText("Not saved: You are offline.").waitFor();
  await page.context().setOffline(false);
  await saved(page);
  assert.equal((await stored(ann, page)).name, "After");
});

for (const [button, name] of [["Keep mine", "Mine"], ["Take the other one", "Theirs"]]) {
  test(`a draft that was changed elsewhere: ${button}`, async (t) => {
    const ann = await person("Ann");
    const { id } = await event(ann, "Before", { send: false });
    const page = await visitAs(t, ann);
    await page.goto(`${API}/#/events/${id}/edit/name`);
    await page.getByLabel("What is it called?").waitFor();
    await ask("PATCH", `/event/${id}`, { body: { event: { name: "Theirs" } }, token: ann.token });
    await page.getByLabel("What is it called?").fill("Mine");
    await page.getByText("There it is called “Theirs”.").waitFor();
    await page.getByRole("button", { name: button }).click();
    await page.getByText("There it is called").waitFor({ state: "detached" });
    await saved(page).catch(() => {});
    assert.equal(await page.getByLabel("What is it called?").inputValue(), name);
    assert.equal((await stored(ann, page)).name, name);
  });
}

test("a draft that was sent meanwhile leads to the event", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const { id } = await event(ann, "Picnic", { date: next(5), place: "Park", invited: [bob.username], send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/name`);
  await page.getByLabel("What is it called?").waitFor();
  await ask("POST", `/event/${id}/send`, { token: ann.token });
  await page.getByLabel("What is it called?").fill("Too late");
  await page.waitForURL(`**/#/events/${id}`);
});

test("days are chosen by keyboard", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/days`);
  const focused = () => page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.day);
  await page.locator(`[data-day="${day(0)}"]`).focus();
  await page.keyboard.press("PageDown");
  const after = /** @type {string} */ (await focused());
  assert.equal(after.slice(0, 7), next(1).slice(0, 7));
  await page.locator(`[data-day="${next(15)}"]`).focus();
  await page.keyboard.press("Home");
  const monday = /** @type {string} */ (await focused());
  assert.equal(new Date(monday).getDay(), 1);
  await page.keyboard.press("Space");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "2 days chosen" }).waitFor();
  await saved(page);
  const { drafts } = (await stored(ann, page)).date[0];
  const sunday = new Date(`${monday}T00:00Z`);
  sunday.setUTCDate(sunday.getUTCDate() - 1);
  assert.deepEqual(drafts.map((/** @type {any} */ { date }) => date), [sunday.toISOString().slice(0, 10), monday]);
});

test("days are chosen by dragging", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/days`);
  await page.getByRole("button", { name: "Next month" }).click();
  await page.locator(`[data-day="${next(8)}"]`).hover();
  await page.mouse.down();
  await page.locator(`[data-day="${next(22)}"]`).hover();
  await page.mouse.up();
  await page.getByRole("heading", { name: "3 days chosen" }).waitFor();
  assert.deepEqual(await page.locator("[aria-selected=true]").evaluateAll((all) => all.map((cell) => /** @type {HTMLElement} */ (cell).dataset.day)), [next(8), next(15), next(22)]);
});

test("days are chosen by a finger that taps or drags, and scrolling chooses none", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann, PHONE);
  await page.goto(`${API}/#/events/new/days`);
  await page.getByRole("button", { name: "Next month" }).tap();
  await page.locator(`[data-day="${next(5)}"]`).tap();
  const devtools = await page.context().newCDPSession(page);
  /** @param {string} from @param {string[]} over */
  const drag = async (from, over) => {
    const point = async (/** @type {string} */ day) => {
      const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(`[data-day="${day}"]`).boundingBox()) ?? {};
      return { x: x + width / 2, y: y + height / 2 };
    };
    await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [await point(from)] });
    for (const day of over) await devtools.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [await point(day)] });
    await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  const chosen = () => page.locator("[aria-selected=true]").evaluateAll((all) => all.map((cell) => Number(/** @type {HTMLElement} */ (cell).dataset.day?.slice(8))));
  const line = await page.locator(`tr:has([data-day="${next(15)}"]) [data-day]`).evaluateAll((all) => all.map((cell) => /** @type {HTMLElement} */ (cell).dataset.day ?? ""));
  await drag(/** @type {string} */ (line[0]), line.slice(1, 4));
  const days = [5, ...line.slice(0, 4).map((day) => Number(day.slice(8)))];
  await page.getByRole("heading", { name: "5 days chosen" }).waitFor();
  assert.deepEqual(await chosen(), days);
  await drag(next(20), [next(13), next(6)]);
  await page.waitForFunction(() => scrollY > 0);
  assert.deepEqual(await chosen(), days);
});

test("a day has several times, and one may be removed", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Picnic", { dates: [`${next(5)}T18:00`, next(6)], send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/days`);
  await page.getByRole("button", { name: /^One more time on/ }).click();
  const times = page.getByLabel(/^Time on/);
  await times.nth(1).fill("12:15");
  await times.nth(2).fill("09:00");
  await page.getByRole("button", { name: /^Remove .*18:00/ }).click();
  await saved(page);
  const { drafts } = (await stored(ann, page)).date[0];
  assert.deepEqual(drafts.map((/** @type {any} */ { date }) => date), [`${next(5)}T12:15`, `${next(6)}T09:00`]);
});

test("dates keep the form that they have", async (t) => {
  const ann = await person("Ann");
  const forms = ["01.02.2027, time: 12:00", "2027-02-02T10:00:00+02:00"];
  const { id } = await event(ann, "Picnic", { dates: forms, send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/days`);
  await page.locator('[data-day="2027-02-03"]').click();
  await saved(page);
  const { drafts } = (await stored(ann, page)).date[0];
  assert.deepEqual(drafts.map((/** @type {any} */ { date }) => date), [...forms, "2027-02-03"]);
});

test("a single day is fixed unless one says otherwise", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/days`);
  await page.getByRole("button", { name: "Next month" }).click();
  await page.locator(`[data-day="${next(5)}"]`).click();
  await saved(page);
  assert.equal((await stored(ann, page)).date[0].confirmed, next(5));
  const answer = page.waitForResponse((response) => response.request().method() === "PUT");
  await page.getByLabel("Friends vote on it").check();
  await answer;
  const { confirmed, drafts } = (await stored(ann, page)).date[0];
  assert.deepEqual([confirmed, drafts.length], ["", 1]);
});

test("there are at most fifty days", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Picnic", { dates: Array.from({ length: 49 }, (_, at) => day(at + 70)), send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/days`);
  await page.getByRole("heading", { name: "49 days chosen" }).waitFor();
  await page.getByRole("button", { name: "Previous month" }).click();
  const free = page.locator(".month-day[aria-selected=false]:not([aria-disabled])");
  await free.nth(0).click();
  await free.nth(0).click();
  await page.getByText("There can be at most 50.").waitFor();
  await page.getByRole("heading", { name: "50 days chosen" }).waitFor();
});

test("places are typed one after the other, and one that is there twice is told", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/places`);
  await page.getByLabel("Place 1").fill("Park");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Beach");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Park");
  await page.getByText("This is there twice.").waitFor();
  await page.getByRole("button", { name: "Remove Park" }).nth(1).click();
  await saved(page);
  const [{ drafts, choice }] = (await stored(ann, page)).place;
  assert.deepEqual([drafts.map((/** @type {any} */ { place }) => place), choice], [["Park", "Beach"], "one"]);
});

test("several people are pasted, with their names", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const page = await visitAs(t, ann, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(`${API}/#/events/new/people`);
  await page.getByRole("combobox").focus();
  await page.evaluate((text) => navigator.clipboard.writeText(text), `"Lee, Cleo" <cleo@example.com>; dan@example.com eve@example.com\n${bob.username}`);
  await page.keyboard.press("Control+V");
  await saved(page);
  await page.getByText("Bob", { exact: true }).waitFor();
  const [{ invited }] = (await stored(ann, page)).members;
  assert.deepEqual(invited.map((/** @type {any} */ { id, name }) => [id, name]), [["cleo@example.com", "Lee, Cleo"], ["dan@example.com", "dan"], ["eve@example.com", "eve"], [bob.username, "Bob"]]);
});

test("an unknown username is refused at the field, and the rest is saved", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/people`);
  const nobody = fresh("nobody");
  await page.getByRole("combobox").pressSequentially(`dan@example.com,${nobody},`);
  await page.getByText(`There is no user “${nobody}”.`).waitFor();
  await saved(page);
  assert.deepEqual((await stored(ann, page)).members[0].invited.map((/** @type {any} */ { id }) => id), ["dan@example.com"]);
  await page.reload();
  await page.getByText(`There is no user “${nobody}”.`).waitFor();
  await page.getByRole("button", { name: `Correct ${nobody}` }).click();
  assert.equal(await page.getByRole("combobox").inputValue(), nobody);
});

test("suggestions are gone through by keyboard", async (t) => {
  const [ann, one] = await Promise.all([person("Ann"), person("Zoë")]);
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/people`);
  const field = page.getByRole("combobox");
  await field.fill(one.username.slice(0, -1));
  await page.getByRole("option").waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator(`[id="${await field.getAttribute("aria-activedescendant")}"]`).getAttribute("aria-selected"), "true");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove Zoë" }).waitFor();
  await saved(page);
  assert.equal((await stored(ann, page)).members[0].invited[0].id, one.username);
});

test("a contact is invited by one button", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  await ask("PUT", `/user/contacts/${bob.id}`, { token: ann.token });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/people`);
  await page.getByRole("button", { name: "Invite Bob" }).click();
  await page.getByRole("heading", { name: "1 person to invite" }).waitFor();
  await saved(page);
  assert.equal((await stored(ann, page)).members[0].invited[0].username, bob.username);
});

test("what the service refuses is told at its field", async (t) => {
  const ann = await person("Ann");
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/new/places`);
  await page.getByLabel("Place 1").fill("Park\u{202e}kraP");
  await page.getByText("There are characters in it that cannot be shown.").waitFor();
  assert.equal(await page.getByLabel("Place 1").getAttribute("aria-invalid"), "true");
  await page.getByText("Not saved: Please correct what is marked.").waitFor();
  await page.getByRole("link", { name: "Places (to be corrected)" }).waitFor();
});

test("what is missing leads to its step", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Picnic", { dates: [next(5)], send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/send`);
  await page.getByRole("link", { name: "Say whom you invite" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Send the invitations" }).count(), 0);
  await page.getByRole("link", { name: "Say at least one place" }).click();
  await page.getByRole("heading", { name: "Where could it be?" }).waitFor();
});

test("what is left typed under people is told before it is sent", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const { id } = await event(ann, "Picnic", { date: next(5), place: "Park", invited: [bob.username], send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/people`);
  await page.getByRole("combobox").fill("cle");
  await page.getByRole("link", { name: "Next: a last look" }).click();
  await page.getByRole("link", { name: "“cle” was typed under people, but not added" }).click();
  assert.equal(await page.getByRole("combobox").inputValue(), "cle");
});

test("invitations that cannot be sent are told, and sent at the second try", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann"), person("Bob")]);
  const { id } = await event(ann, "Picnic", { date: next(5), place: "Park", invited: [bob.username], send: false });
  const page = await visitAs(t, ann);
  await page.route("**/send", (route) => route.fulfill({ status: 503, json: { message: "x", code: "unavailable" } }));
  await page.goto(`${API}/#/events/${id}/edit/send`);
  await page.getByRole("button", { name: "Send the invitations" }).click();
  await page.getByRole("alert").getByText("The service does not work right now.").waitFor();
  await page.unroute("**/send");
  await page.getByRole("button", { name: "Send the invitations" }).click();
  await page.waitForURL(`**/#/events/${id}`);
  assert.equal((await stored(ann, page)).status, true);
});

test("the back button goes back a step", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Picnic", { send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/name`);
  await page.getByRole("link", { name: "Next: days" }).click();
  await page.getByRole("heading", { name: "Which days suit?" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Which days suit?");
  await page.goBack();
  await page.getByRole("heading", { name: "What do you plan?" }).waitFor();
});

test("a draft is deleted after a question", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Never mind", { send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit`);
  await page.getByRole("button", { name: "Delete the draft" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the draft" }).click();
  await page.getByRole("heading", { name: "No events yet" }).waitFor();
  assert.deepEqual((await ask("GET", "/event", { token: ann.token })).events, []);
});

test("a draft that was deleted elsewhere can be saved as a new one", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "Before", { send: false });
  const page = await visitAs(t, ann);
  await page.goto(`${API}/#/events/${id}/edit/name`);
  await page.getByLabel("What is it called?").waitFor();
  await ask("DELETE", `/event/${id}`, { token: ann.token });
  await page.getByLabel("What is it called?").fill("After");
  await page.getByRole("button", { name: "Save it as a new draft" }).click();
  await saved(page);
  assert.deepEqual((await ask("GET", "/event", { token: ann.token })).events.map((/** @type {any} */ { name }) => name), ["After"]);
});

test("how the events look", async (t) => {
  const ann = await busy();
  const open = async (/** @type {import("playwright-core").Page} */ page) => {
    await page.goto(`${API}/#/`);
    await page.getByRole("heading", { name: "To do" }).waitFor();
    await page.locator("details.events-month summary").click({ timeout: 500 }).catch(() => {});
    await page.getByRole("button", { name: "Next month" }).click();
  };
  await lookEverywhere(t, "events", async (page) => {
    await logIn(page, ann);
    await open(page);
  });
});

test("how no events look", async (t) => {
  const ann = await person("Ann");
  await lookEverywhere(t, "events-none", async (page) => {
    await logIn(page, ann);
    await page.goto(`${API}/#/`);
    await page.getByRole("heading", { name: "No events yet" }).waitFor();
  });
});

/** @param {import("playwright-core").Page} page @param {{username: string}} who */
async function logIn(page, { username }) {
  const { refresh_token: token, user_id: id } = await ask("POST", "/login", { body: { username, password: PASSWORD } });
  await page.addInitScript((session) => localStorage.getItem("session") ?? localStorage.setItem("session", session), JSON.stringify({ id, token }));
}

test("how suggestions and a refused name look", async (t) => {
  const [ann, bob] = await Promise.all([person("Ann Lee"), person("Bob")]);
  const { id } = await event(ann, "Picnic", { invited: ["dan@example.com"], send: false });
  await lookEverywhere(t, "draft-suggestions", async (page) => {
    await logIn(page, ann);
    await page.goto(`${API}/#/events/${id}/edit/people`);
    await page.getByRole("combobox").pressSequentially("nobody-at-all,");
    await page.getByText("There is no user “nobody-at-all”.").waitFor();
    await page.getByRole("combobox").fill(bob.username);
    await page.getByRole("option").waitFor();
    await page.keyboard.press("ArrowDown");
  });
});

test("how what is missing looks", async (t) => {
  const ann = await person("Ann");
  const { id } = await event(ann, "", { send: false });
  await lookEverywhere(t, "draft-missing", async (page) => {
    await logIn(page, ann);
    await page.goto(`${API}/#/events/${id}/edit/send`);
    await page.getByRole("link", { name: "Give it a name" }).waitFor();
  });
});

test("how a draft that was changed elsewhere looks", async (t) => {
  const ann = await person("Ann");
  await lookEverywhere(t, "draft-theirs", async (page) => {
    const { id } = await event(ann, "Before", { send: false });
    await logIn(page, ann);
    await page.goto(`${API}/#/events/${id}/edit/name`);
    await page.getByLabel("What is it called?").waitFor();
    await ask("PATCH", `/event/${id}`, { body: { event: { name: "Theirs" } }, token: ann.token });
    await page.getByLabel("What is it called?").fill("Mine");
    await page.getByText("There it is called “Theirs”.").waitFor();
  });
});

for (const [step, heading] of Object.entries({ name: "What do you plan?", days: "Which days suit?", places: "Where could it be?", people: "Who is to come?", send: "Ready to send?" })) {
  test(`how the step looks: ${step}`, async (t) => {
    const [ann, bob, cleo] = await Promise.all([person("Ann Lee"), person("Bob"), person("Cleo")]);
    await ask("PUT", `/user/contacts/${cleo.id}`, { token: ann.token });
    const { id } = await event(ann, "Picnic by the lake", {
      dates: [`${next(5)}T18:00`, `${next(5)}T20:00`, next(6), next(13)],
      places: ["Park", "At mine, 5 Long Street with a very long name indeed"],
      invited: [bob.username, "eve.with.a.long.address@mail.example.com"],
      send: false,
    });
    await lookEverywhere(t, `draft-${step}`, async (page) => {
      await logIn(page, ann);
      await page.goto(`${API}/#/events/${id}/edit/${step}`);
      await page.getByRole("heading", { name: heading }).waitFor();
      if (step === "people") await page.getByRole("button", { name: "Invite Cleo" }).waitFor();
      if (step === "people") await page.getByText("eve.with.a.long").first().waitFor();
    });
  });
}
