// The page that the link of an invitation opens.
import assert from "node:assert/strict";
import test from "node:test";
import { decide, DAYS, failure, focused, party, PLACES, ready, says, stub } from "./event-scene.mjs";
import { API, look, lookEverywhere, PHONE, SMALL, tab, visit } from "./stage.mjs";

// Of this one nothing is changed: the tests that change something have their own.
const scene = await party();

test("looks right everywhere", (t) =>
  lookEverywhere(t, "invitation", async (page) => {
    await page.goto(scene.link);
    await ready(page);
    assert.equal(await page.locator(".top a:not(.skip)").count(), 0, "there is no way to the rest");
  }));

test("looks right in Ukrainian and Russian", async (t) => {
  for (const [locale, name] of [["uk-UA", "Ви прийдете?"], ["ru-RU", "Вы придёте?"]]) {
    for (const size of [SMALL, {}]) {
      const page = await visit(t, { ...size, locale });
      await page.goto(scene.link);
      await page.getByRole("heading", { name }).waitFor();
      await look(page, `invitation-${locale}-${"viewport" in size ? "small" : "desktop"}`);
    }
  }
});

test("leaves no trace of the token", async (t) => {
  const page = await visit(t);
  await page.goto(scene.link);
  await ready(page);
  const { shown, entries, ...traces } = await page.evaluate(async () => ({
    address: location.href,
    entries: /** @type {any} */ (globalThis).navigation.entries().map((/** @type {any} */ entry) => entry.url),
    state: history.state,
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookie: document.cookie,
    databases: (await indexedDB.databases()).length,
    shown: document.documentElement.outerHTML,
  }));
  assert(!shown.includes(scene.token));
  assert.deepEqual(traces, { address: `${API}/invitation`, state: null, local: [], session: ["invitation"], cookie: "", databases: 0 });
  assert(!entries.join().includes(scene.token));
  await page.reload();
  await ready(page);
  const other = await page.context().newPage();
  await other.goto(`${API}/invitation`);
  await ready(other, "Open the link in your mail");
});

test("finds the API behind a prefix of its own address", async (t) => {
  const page = await visit(t);
  /** @type {string[]} */
  const asked = [];
  await page.route(`${API}/stage/**`, async (route) => {
    const url = route.request().url();
    asked.push(url);
    await route.fulfill({ response: await route.fetch({ url: url.replace("/stage/", "/") }) });
  });
  await page.goto(scene.link.replace(API, `${API}/stage`));
  await ready(page);
  assert(asked.includes(scene.url.replace(API, `${API}/stage`)));
  assert.equal(await page.getByRole("link", { name: "Register" }).getAttribute("href"), `${API}/stage/#/register`);
});

test("reads the event again when one comes back to it", async (t) => {
  const page = await visit(t);
  await page.clock.install();
  const event = await stub(page, scene);
  await page.goto(scene.link);
  await ready(page);
  event.name = "Picnic, moved";
  await page.clock.fastForward(20000);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await ready(page, "Picnic, moved");
});

test("opens nothing without a whole link, and a second link in the same tab", async (t) => {
  const page = await visit(t);
  await page.goto(`${API}/invitation`);
  await ready(page, "Open the link in your mail");
  await look(page, "invitation-none");
  const payload = (/** @type {string} */ text) => `a.${Buffer.from(text).toString("base64url")}.c`;
  for (const text of ["x", "a.b.c", payload('{"event":"../user","sub":"x"}'), payload("null")]) {
    // The tab stays: only the fragment changes.
    await page.goto(`${API}/invitation#token=${text}`);
    await ready(page, "This link is not complete");
    assert.equal(page.url(), `${API}/invitation`);
  }
  await look(page, "invitation-incomplete");
  await page.goto(scene.link);
  await ready(page);
  const other = await party();
  await page.goto(other.link);
  await page.waitForResponse((response) => response.url() === other.url);
  await ready(page);
});

test("votes and answers by keyboard alone", async (t) => {
  const own = await party();
  const page = await visit(t);
  await page.goto(own.link);
  await ready(page);
  /** @type {unknown[][]} */
  const sent = [];
  page.on("request", (request) => request.method() !== "GET" && sent.push([request.method(), new URL(request.url()).pathname.split("/").at(-1), request.postDataJSON()]));
  const poll = (/** @type {string} */ topic, /** @type {string | undefined} */ confirmed) => ({ event: { [topic]: [{ confirmed }] } });

  await tab(page, "#date-0");
  await page.keyboard.press("Space");
  await says(page, "Your vote is saved.");
  assert.deepEqual(sent.splice(0), [["PUT", "vote", poll("date", DAYS[0])]]);
  assert.equal(await focused(page), "date-0");
  await page.locator("#date-0-votes", { hasText: "1 of 4" }).waitFor();
  await page.keyboard.press("Space");
  await says(page, "Your vote is taken back.");
  await page.keyboard.press("Space");
  await says(page, "Your vote is saved.");
  assert.deepEqual(sent.splice(0).map(([method]) => method), ["DELETE", "PUT"]);

  await tab(page, "[name=place]");
  await page.keyboard.press("ArrowDown");
  await says(page, "Press Enter to vote for it.");
  await page.keyboard.press("ArrowUp");
  assert.deepEqual(sent, [], "going through the options is no vote");
  await page.keyboard.press("Enter");
  await says(page, "Your vote is saved.");
  assert.deepEqual(sent.splice(0), [["PUT", "vote", poll("place", PLACES[0])]]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.locator("#place-1-votes", { hasText: "you" }).waitFor();
  assert.deepEqual(sent.splice(0), [["PUT", "vote", poll("place", PLACES[1])]], "leaving the options is a vote");
  assert.equal(await focused(page), "Take my vote back");
  await look(page, "invitation-voted");
  await page.keyboard.press("Enter");
  await says(page, "Your vote is taken back.");
  assert.deepEqual(sent.splice(0), [["DELETE", "vote", poll("place", PLACES[1])]]);
  assert.equal(await focused(page), "place-title");

  const next = page.locator(".event-bar button");
  assert.equal(await next.innerText(), "Vote on the place");
  await tab(page, ".event-bar button");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "place-0");
  await page.keyboard.press("Space");
  await says(page, "Your vote is saved.");
  assert.equal(await next.innerText(), "Say whether you come");
  await tab(page, ".event-bar button");
  await page.keyboard.press("Enter");
  assert.match(await focused(page), /Yes$/);
  await page.keyboard.press("Enter");
  await says(page, "Your answer is saved.");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-pressed")), "true");
  assert.equal(await next.count(), 0);
  await look(page, "invitation-answered");
  await page.reload();
  await page.getByText("You come.").waitFor();
  await look(page, "invitation-come-again");
  await tab(page, "#you .link");
  await page.keyboard.press("Enter");
  assert.match(await focused(page), /Yes$/);
  await tab(page, "[value=no]");
  await page.keyboard.press("Enter");
  await page.getByText("You do not come, so your votes do not count.").waitFor();
  await says(page, "Your answer is saved.");
  await look(page, "invitation-declined");
});

test("shows a vote at once, and takes it back with the reason", async (t) => {
  /** @type {[(route: import("playwright-core").Route) => Promise<unknown>, string][]} */
  const cases = [
    [(route) => route.abort(), "The service cannot be reached."],
    [failure(503, "unavailable", { "Retry-After": "7" }), "in 7 seconds"],
    [failure(429, "too_soon", { "Retry-After": "300" }), "in 5 minutes"],
    [(route) => route.fulfill({ status: 200, body: "<html>" }), "does not work right now"],
    [(route) => route.fulfill({ status: 200, body: "{}" }), "does not work right now"],
    [failure(403, "strange"), "The service says strange."],
  ];
  for (const [answer, reason] of cases) {
    const page = await visit(t);
    /** @type {(value?: unknown) => void} */
    let go = () => {};
    const held = new Promise((resolve) => (go = resolve));
    let fails = true;
    const event = await stub(page, scene, {
      answer: async (route) => {
        if (route.request().method() === "GET" || !fails) return false;
        await held;
        await answer(route);
        return true;
      },
    });
    await page.goto(scene.link);
    await ready(page);
    await page.locator("#date-0").check();
    await page.locator("#date-0-votes", { hasText: "1 of 4" }).waitFor();
    go();
    await says(page, reason);
    assert(!(await page.locator("#date-0").isChecked()));
    if (reason.includes("reached")) await look(page, "invitation-not-saved");
    fails = false;
    event.date[0].my_vote = [DAYS[0]];
    await page.locator("#date-0").check();
    await says(page, "Your vote is saved.");
    assert(await page.locator("#date-0").isChecked());
  }
});

test("keeps the order of quick changes", async (t) => {
  const page = await visit(t);
  /** @type {string[]} */
  const order = [];
  let under = 0;
  await stub(page, scene, {
    answer: async (route, event) => {
      if (route.request().method() === "GET") return;
      under += 1;
      assert.equal(under, 1, "one after the other");
      await new Promise((resolve) => setTimeout(resolve, 200 - 60 * order.length));
      const [{ confirmed: text }] = route.request().postDataJSON().event.date;
      order.push(text);
      event.date[0].my_vote = [...(event.date[0].my_vote || []), text];
      under -= 1;
    },
  });
  await page.goto(scene.link);
  await ready(page);
  for (const at of [0, 1, 2]) await page.locator(`#date-${at}`).check();
  await says(page, "Your vote is saved.");
  await page.waitForFunction(() => document.querySelectorAll("#date input:checked").length === 3);
  while (order.length < 3) await page.waitForResponse(scene.url + "/vote");
  assert.deepEqual(order, DAYS.slice(0, 3));
  assert.deepEqual(await Promise.all([0, 1, 2].map((at) => page.locator(`#date-${at}`).isChecked())), [true, true, true]);
});

test("says that it came too late", async (t) => {
  const page = await visit(t, PHONE);
  await stub(page, scene, {
    answer: (route, event) => {
      if (route.request().method() === "GET") return false;
      decide(event, [scene.me, scene.mary.id]);
      return failure(409, "poll_decided")(route);
    },
  });
  await page.goto(scene.link);
  await ready(page);
  await page.locator("#place-1").click();
  await says(page, "Too late");
  await page.locator("#place .event-decided").waitFor();
  assert.equal(await focused(page), "place-title", "the focus stays in its part");
  await look(page, "invitation-too-late");
});

test("says what is decided", async (t) => {
  for (const [name, options] of Object.entries({ "desktop-light": {}, "phone-dark": { ...PHONE, colorScheme: /** @type {const} */ ("dark") }, "small-light": SMALL })) {
    const page = await visit(t, options);
    await stub(page, scene, { changed: (event) => decide(event, [scene.me, scene.mary.id]) });
    await page.goto(scene.link);
    await ready(page);
    assert.equal(await page.getByText("It’s on").count(), 2);
    assert.equal(await page.locator("input").count(), 0);
    assert.equal(await page.locator("#date summary").innerText(), "The other 3 days");
    await page.locator("#date summary").click();
    await look(page, `invitation-decided-${name}`);
  }
});

test("says what ends it", async (t) => {
  for (const [status, code, heading] of /** @type {[number, string, string][]} */ ([
    [401, "invitation_over", "This invitation is over"],
    [401, "unauthenticated", "This link does not work"],
    [404, "no_such_event", "This event is not there any more"],
  ])) {
    const page = await visit(t, SMALL);
    await page.route(`${scene.url}**`, failure(status, code));
    await page.goto(scene.link);
    await ready(page, heading);
    await page.waitForFunction((heading) => document.title.startsWith(heading), heading);
    await look(page, `invitation-${code}`);
  }
  const page = await visit(t);
  await stub(page, scene, { answer: (route) => route.request().method() !== "GET" && failure(401, "invitation_over")(route) });
  await page.goto(scene.link);
  await ready(page);
  await page.getByRole("button", { name: "Maybe" }).click();
  await ready(page, "This invitation is over");
  assert.equal(await focused(page), "H1");
});

test("waits, and tries again", async (t) => {
  const page = await visit(t, { ...PHONE, colorScheme: "dark" });
  /** @type {(route: import("playwright-core").Route) => Promise<unknown>} */
  let answer = (route) => route.abort();
  await page.route(`${scene.url}**`, (route) => answer(route));
  await page.goto(scene.link);
  await ready(page, "The event cannot be shown right now");
  await page.getByText("The service cannot be reached.").waitFor();
  await look(page, "invitation-unreachable");
  answer = failure(503, "unavailable", { "Retry-After": "3" });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Please try again in 3 seconds.").waitFor();
  answer = (route) => route.continue();
  await page.getByRole("button", { name: "Try again" }).focus();
  await page.keyboard.press("Enter");
  await ready(page);
  assert.equal(await focused(page), "H1");
  await page.context().setOffline(true);
  const offline = page.getByText("You are offline. What you see may be old.");
  await offline.waitFor();
  await look(page, "invitation-offline");
  await page.locator("#date-1").click();
  await says(page, "You are offline.");
  await page.context().setOffline(false);
  await offline.waitFor({ state: "detached" });
});

test("keeps what is seen when it cannot be read again", async (t) => {
  const page = await visit(t);
  await page.clock.install();
  let fails = false;
  await stub(page, scene, { answer: (route) => fails && failure(503, "unavailable")(route) });
  await page.goto(scene.link);
  await ready(page);
  fails = true;
  await page.clock.fastForward(20000);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByRole("alert").getByText("does not work right now").waitFor();
  await ready(page);
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
  assert.equal(await focused(page), "H1");
});

test("shows what comes when it takes long", async (t) => {
  const page = await visit(t);
  /** @type {(value?: unknown) => void} */
  let go = () => {};
  const held = new Promise((resolve) => (go = resolve));
  await stub(page, scene, { answer: () => held });
  await page.goto(scene.link);
  await page.locator(".wait").waitFor();
  go();
  await ready(page);
});

test("shows text as text, and much of it", async (t) => {
  for (const [name, options] of Object.entries({ small: { ...SMALL, colorScheme: /** @type {const} */ ("dark") }, desktop: {} })) {
    const page = await visit(t, options);
    await stub(page, scene, {
      changed: (event) => {
        event.name = "<img src=x onerror=alert(1)>".padEnd(100, "x");
        event.additional = `<script>alert(1)</script>\nhttps://example.com/${"a".repeat(300)}\nשלום`;
        event.place[0].drafts[0].place = "p".repeat(200);
        event.members[0].invited.push(...Array.from({ length: 480 }, (_, at) => ({ id: `m${at}`, name: at ? `Member ${at}` : "n".repeat(60), role: "user", chat_success: false, answer: null })));
        const voted = Array.from({ length: 300 }, (_, at) => `m${at}`);
        Object.assign(event.place[0].drafts[0], { votes: 300, voted });
        Object.assign(event.date[0].drafts[0], { votes: 300, voted });
        event.place[0].voters = 301;
      },
    });
    await page.goto(scene.link);
    await page.locator("h1").waitFor();
    assert.equal(await page.locator("img, main script").count(), 0);
    await page.locator("#place-0-votes", { hasText: "and 290 others" }).waitFor();
    await look(page, `invitation-much-${name}`);
  }
});

test("tells dates in the reader's language", async (t) => {
  const forms = ["05.02.2127", "2127-02-05", "05.02.2127 18:30", "05.02.2127, time: 18:30", "2127-02-05T18:30", "2127-02-05T18:30:00", "2127-02-05t18:30:00.5z", "2127-02-05T18:30:00-05:00", "Friday?", "99.99.2127"];
  const same = (/** @type {string} */ day, /** @type {string} */ time) => [day, day, time, time, time, time];
  for (const [locale, timezoneId, expected] of /** @type {[string, string, string[]][]} */ ([
    ["en-US", "America/New_York", [...same("Wednesday, February 5, 2127", "Wednesday, February 5, 2127 at 6:30 PM"), "Wednesday, February 5, 2127 at 1:30 PM EST", "Wednesday, February 5, 2127 at 6:30 PM EST"]],
    ["uk-UA", "Asia/Tokyo", [...same("середа, 5 лютого 2127 р.", "середа, 5 лютого 2127 р. о 18:30"), "четвер, 6 лютого 2127 р. о 03:30 GMT+9", "четвер, 6 лютого 2127 р. о 08:30 GMT+9"]],
  ])) {
    const page = await visit(t, { ...PHONE, locale, timezoneId });
    await stub(page, scene, { changed: (event) => (event.date[0].drafts = forms.map((date) => ({ date, votes: 0, voted: [] }))) });
    await page.goto(scene.link);
    await ready(page);
    const plain = (/** @type {string | null} */ text) => (text ?? "").replace(/[,.]/g, "").replace(/\s+/g, " ");
    assert.deepEqual((await page.locator("#date label > b").allTextContents()).map(plain), [...expected, "Friday?", "99.99.2127"].map(plain));
  }
});

test("says in words how the votes stand", async (t) => {
  const voters = [scene.mary.id];
  for (const [votes, words] of /** @type {[string[][], string][]} */ ([
    [[], "Nobody has voted yet."],
    [[voters], "A leads with 1 of 4. Three have not voted, you among them."],
    [[voters, voters], "A and B lead with 1 of 4 each."],
    [[voters, voters, voters, voters], "Four places lead with 1 of 4 each."],
  ])) {
    const page = await visit(t);
    await stub(page, scene, {
      changed: ({ place: [poll] }) => {
        poll.drafts = ["A", "B", "C", "D"].map((place, at) => ({ place, voted: votes[at] ?? [], votes: (votes[at] ?? []).length }));
        poll.voters = votes.length ? 1 : 0;
      },
    });
    await page.goto(scene.link);
    await page.locator("#place > p", { hasText: words }).waitFor();
  }
});

test("leaves after a second thought", async (t) => {
  const page = await visit(t, PHONE);
  /** @type {string[]} */
  const gone = [];
  await stub(page, scene, {
    answer: async (route) => {
      if (route.request().method() !== "DELETE") return false;
      gone.push(route.request().url());
      await (gone.length === 1 ? failure(503, "unavailable")(route) : route.fulfill({ status: 204 }));
      return true;
    },
  });
  await page.goto(scene.link);
  await ready(page);
  await page.getByRole("button", { name: "Leave this event" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(page), "leave-title");
  await page.keyboard.press("Enter");
  await look(page, "invitation-leaving");
  const leave = page.getByRole("dialog").getByRole("button", { name: "Leave" });
  await leave.click();
  await page.getByRole("dialog").getByText("does not work right now").waitFor();
  await leave.click();
  await ready(page, "You have left");
  assert.deepEqual(gone, Array(2).fill(`${scene.url}/members/${scene.me}`));
  assert.equal(await focused(page), "H1");
  await look(page, "invitation-left");
});

test("does not vote for what the arrow keys stood on when another is clicked", async (t) => {
  const page = await visit(t);
  /** @type {string[]} */
  const sent = [];
  await stub(page, scene, { answer: (route) => void (route.request().method() !== "GET" && sent.push(route.request().postDataJSON().event.place[0].confirmed)) });
  await page.goto(scene.link);
  await ready(page);
  await page.locator("#place-0").focus();
  await page.keyboard.press("ArrowDown");
  await page.locator("#place-0-name").click();
  await says(page, "Your vote is saved.");
  assert.deepEqual(sent, [PLACES[0]]);
});

test("votes for what the arrow keys stand on when one goes away", async (t) => {
  const own = await party();
  const page = await visit(t);
  await page.goto(own.link);
  await ready(page);
  await page.locator("#place-0").focus();
  await page.keyboard.press("ArrowDown");
  await page.goto(`${API}/invitation?`);
  for (let at = 0; (await own.read()).place[0].my_vote !== PLACES[1]; at += 1) {
    assert(at < 50, "the vote is lost");
    await new Promise((later) => setTimeout(later, 20));
  }
});

test("respects who wants no motion, and forced colours", async (t) => {
  const page = await visit(t, { reducedMotion: "reduce", forcedColors: "active" });
  await page.goto(scene.link);
  await ready(page);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  await page.getByRole("button", { name: "Maybe" }).waitFor();
});

test("tells a guest that one can register, where one can", async (t) => {
  const page = await visit(t);
  await page.goto(scene.link);
  assert.equal(await page.getByRole("link", { name: "Register" }).getAttribute("href"), `${API}/#/register`);
  await page.route(`${API}/invitation`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('data-view="invitation"', '$& data-off') });
  });
  await page.reload();
  await ready(page);
  assert.equal(await page.getByRole("link", { name: "Register" }).count(), 0);
});
