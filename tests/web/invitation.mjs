// The invitation's page and the page that stops mails, in Chromium: what they show, with the keyboard alone, when things go wrong, at 320
// pixels, in the dark, and what axe says of each view. Screenshots are left in the folder.
//
// node invitation.mjs <api-url> <link> [<folder>]    UNSUBSCRIBE=<link> adds the page that stops mails
//
// The link is of an invitee who has said and voted nothing yet, to an event whose poll on the date has the choice "any", whose poll on the
// place has "one" and two options or more, and where one vote decides nothing. The tests vote and answer with it; they do not leave.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import axe from "axe-core";
import { chromium } from "playwright-core";

const [API, LINK, FOLDER = "out"] = process.argv.slice(2);
const { UNSUBSCRIBE, CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync) } = process.env;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const DESKTOP = { viewport: { width: 1200, height: 900 } };
const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
const SMALL = { viewport: { width: 320, height: 640 } };
await mkdir(FOLDER, { recursive: true });

const token = new URLSearchParams(new URL(LINK).hash.slice(1)).get("token");
const { event: id, sub: me } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
const EVENT = `${API}/event/${id}`;
const asked = await fetch(EVENT, { headers: { Authorization: `Bearer ${token}` } });
const { event: before } = await asked.json();
assert.equal(asked.status, 200);
assert.deepEqual([before.date[0].choice, before.place[0].choice], ["any", "one"], "the link is of another event than these tests need");

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const wrong = [];
let views = 0;
let shots = 0;

/** A page in a browser of its own, in which nothing may be refused by the policy, fail, or go to another origin. */
async function visit(options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...DESKTOP, ...options });
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) => console.error(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  context.setDefaultTimeout(5000);
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && wrong.push(message.text()));
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin !== API) wrong.push(`asked ${request.url()}`);
    if (pathname.includes("favicon")) return;
    if (request.headers().referer) wrong.push(`told ${request.url()} where it came from`);
  });
  return page;
}

/** Answers the page's calls in place of the service: with the event that `changed` makes of the real one, or as `answer` says. */
async function stub(page, changed = () => {}, answer) {
  const event = structuredClone(before);
  changed(event);
  await page.route(`${EVENT}**`, async (route, request) => {
    if (answer && (await answer(route, request, event))) return;
    await route.fulfill({ json: { event } });
  });
  return event;
}
const failure = (status, code, headers = {}) => (route) => route.fulfill({ status, headers, json: { message: `The service says ${code}.`, code } }).then(() => true);
const ready = (page, name = before.name) => page.getByRole("heading", { level: 1, name }).waitFor();
const says = (page, text) => page.locator("#status", { hasText: text }).waitFor();

/** What has to hold of everything that the page can look like. */
async function look(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  // Not as a script of the page's, which its policy would refuse.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: values }), TAGS);
  for (const { id, help, nodes } of violations) wrong.push(`${name}: ${id}, ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
  const { wide, low, levels } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth > innerWidth,
    low: [...document.querySelectorAll("button, summary, label")].filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44).map((element) => element.outerHTML),
    levels: [...document.querySelectorAll("h1, h2, h3")].map((heading) => Number(heading.tagName[1])),
  }));
  assert(!wide, `${name} scrolls sideways`);
  assert.deepEqual(low, [], `${name}: too small to touch`);
  assert(levels[0] === 1 && levels.every((level, at) => !at || level <= levels[at - 1] + 1), `${name}: headings ${levels}`);
  assert.equal(levels.filter((level) => level === 1).length, 1);
  views += 1;
  await page.screenshot({ path: `${FOLDER}/${String(++shots).padStart(2, "0")}-${name}.png` });
  await page.screenshot({ path: `${FOLDER}/${String(shots).padStart(2, "0")}-${name}-whole.png`, fullPage: true });
}

/** Goes on with the Tab key until what has the focus fits. */
async function tab(page, selector, key = "Tab") {
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press(key);
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  assert.fail(`${selector} is not reached with ${key}`);
}

const tests = {
  async "looks right everywhere"() {
    for (const [name, options] of Object.entries({ desktop: DESKTOP, phone: PHONE, small: SMALL })) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await visit({ ...options, colorScheme });
        await page.goto(LINK);
        await ready(page);
        assert.equal(await page.title(), before.name);
        await look(page, `open-${name}-${colorScheme}`);
        await page.context().close();
      }
    }
  },

  async "leaves no trace of the token"() {
    const page = await visit();
    await page.goto(LINK);
    await ready(page);
    const traces = await page.evaluate(async () => ({
      address: location.href,
      entries: navigation.entries().map((entry) => entry.url),
      state: history.state,
      local: localStorage.length,
      session: Object.keys(sessionStorage),
      cookie: document.cookie,
      databases: (await indexedDB.databases()).length,
      shown: document.documentElement.outerHTML,
    }));
    assert(!traces.shown.includes(token));
    delete traces.shown;
    assert.deepEqual(traces, { address: `${API}/invitation`, entries: ["about:blank", `${API}/invitation`].slice(-traces.entries.length), state: null, local: 0, session: ["invitation"], cookie: "", databases: 0 });
    assert.deepEqual(await page.context().cookies(), []);
    await page.reload();
    await ready(page);
    const other = await page.context().newPage();
    await other.goto(`${API}/invitation`);
    await ready(other, "Open the link in your mail");
    await page.context().close();
  },

  async "finds the API behind a prefix of its own address"() {
    const page = await visit();
    const html = await (await fetch(`${API}/invitation`)).text();
    const asked = [];
    await page.route(`${API}/stage/**`, (route, request) => {
      asked.push(request.url());
      return request.resourceType() === "document" ? route.fulfill({ contentType: "text/html", headers: { "Referrer-Policy": "no-referrer" }, body: html }) : route.fulfill({ json: { event: before } });
    });
    await page.goto(LINK.replace(API, `${API}/stage`));
    await ready(page);
    assert.deepEqual(asked, [`${API}/stage/invitation`, EVENT.replace(API, `${API}/stage`)]);
    await page.context().close();
  },

  async "reads the event again when one comes back to it"() {
    const page = await visit();
    await page.clock.install();
    const event = await stub(page);
    await page.goto(LINK);
    await ready(page);
    event.name = "Picnic, moved";
    await page.clock.fastForward(20000);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await ready(page, "Picnic, moved");
    await page.context().close();
  },

  async "opens nothing without a whole link"() {
    const page = await visit();
    await page.goto(`${API}/invitation`);
    await ready(page, "Open the link in your mail");
    await look(page, "no-token");
    for (const text of ["x", "a.b.c", `a.${btoa('{"event":"../user","sub":"x"}')}.c`, `a.${btoa("null")}.c`]) {
      // The tab stays: only the fragment changes.
      await page.goto(`${API}/invitation#token=${text}`);
      await ready(page, "This link is not complete");
    }
    await page.goto(LINK);
    await ready(page);
    await page.context().close();
  },

  async "votes and answers by keyboard alone"() {
    const page = await visit();
    await page.goto(LINK);
    await ready(page);
    const sent = [];
    page.on("request", (request) => request.method() !== "GET" && sent.push([request.method(), new URL(request.url()).pathname.split("/").at(-1), request.postDataJSON()]));
    const [day] = before.date[0].drafts;
    const places = before.place[0].drafts.map((option) => option.place);

    await tab(page, "#date-0");
    await page.keyboard.press("Space");
    await says(page, "Your vote is saved.");
    assert.deepEqual(sent.splice(0), [["PUT", "vote", { event: { date: [{ confirmed: day.date }] } }]]);
    assert.equal(await page.evaluate(() => document.activeElement.id), "date-0");
    await page.locator("#date-0-votes", { hasText: "you" }).waitFor();
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
    assert.deepEqual(sent.splice(0), [["PUT", "vote", { event: { place: [{ confirmed: places[0] }] } }]]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await page.locator("#place-1-votes", { hasText: "you" }).waitFor();
    assert.deepEqual(sent.splice(0), [["PUT", "vote", { event: { place: [{ confirmed: places[1] }] } }]], "leaving the options is a vote");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Take my vote back");
    await look(page, "voted");
    await page.keyboard.press("Enter");
    await says(page, "Your vote is taken back.");
    assert.deepEqual(sent.splice(0), [["DELETE", "vote", { event: { place: [{ confirmed: places[1] }] } }]]);
    assert.equal(await page.evaluate(() => document.activeElement.id), "place-title");

    await tab(page, "#next");
    assert.equal(await page.locator("#next").innerText(), "Vote on the place");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.name), "place");
    await page.keyboard.press("Space");
    await says(page, "Your vote is saved.");
    assert.equal(await page.locator("#next").innerText(), "Say whether you come");
    await tab(page, "#next");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.value), "yes");
    await page.keyboard.press("Enter");
    await says(page, "Your answer is saved.");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-pressed")), "true");
    assert(await page.locator("#next").isHidden());
    await look(page, "answered");
    await page.reload();
    await page.getByText("You come.").waitFor();
    await look(page, "come-again");
    await tab(page, "[data-do=change]");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.value), "yes");
    await tab(page, "[value=no]");
    await page.keyboard.press("Enter");
    await page.getByText("You do not come, so your votes do not count.").waitFor();
    await says(page, "Your answer is saved.");
    await look(page, "declined");
    // What was made by changing what stood there is what is made anew.
    const markup = () => page.locator("main").innerHTML().then((html) => html.replace(/ (checked|style)=""/g, ""));
    const changed = await markup();
    await page.reload();
    await page.locator("[data-do=change]").click();
    assert.equal(await markup(), changed);
    await page.context().close();
  },

  async "shows a vote at once, and takes it back with the reason"() {
    for (const [answer, reason] of [
      [(route) => route.abort(), "The service cannot be reached."],
      [failure(503, "unavailable", { "Retry-After": "7" }), "in 7 seconds"],
      [failure(429, "too_soon", { "Retry-After": "300" }), "in 5 minutes"],
      [(route) => route.fulfill({ status: 200, body: "<html>" }), "does not work right now"],
      [failure(403, "not_organiser"), "The service says not_organiser."],
    ]) {
      const page = await visit();
      let go;
      const held = new Promise((resolve) => (go = resolve));
      let fails = true;
      const event = await stub(page, () => {}, async (route, request) => {
        if (request.method() === "GET" || !fails) return false;
        await held;
        await answer(route);
        return true;
      });
      await page.goto(LINK);
      await ready(page);
      await page.locator("#date-0").check();
      await page.locator("#date-0-votes", { hasText: "you" }).waitFor();
      go();
      await says(page, reason);
      assert(!(await page.locator("#date-0").isChecked()));
      if (reason.includes("reached")) await look(page, "not-saved");
      [fails, event.date[0].my_vote] = [false, [event.date[0].drafts[0].date]];
      await page.locator("#date-0").check();
      await says(page, "Your vote is saved.");
      assert(await page.locator("#date-0").isChecked());
      await page.context().close();
    }
  },

  async "keeps the order of quick changes"() {
    const page = await visit();
    const order = [];
    await stub(page, () => {}, async (route, request, event) => {
      if (request.method() === "GET") return;
      await new Promise((resolve) => setTimeout(resolve, 200 - 60 * order.length));
      const [{ confirmed: text }] = request.postDataJSON().event.date;
      order.push(text);
      event.date[0].my_vote = [...(event.date[0].my_vote || []), text];
    });
    await page.goto(LINK);
    await ready(page);
    for (const at of [0, 1, 2]) await page.locator(`#date-${at}`).check();
    await page.waitForTimeout(700);
    assert.deepEqual(order, before.date[0].drafts.slice(0, 3).map((option) => option.date));
    assert.deepEqual(await Promise.all([0, 1, 2].map((at) => page.locator(`#date-${at}`).isChecked())), [true, true, true]);
    await page.context().close();
  },

  async "says that it came too late"() {
    const page = await visit(PHONE);
    await stub(page, () => {}, async (route, request, event) => {
      if (request.method() === "GET") return false;
      decide(event);
      return failure(409, "poll_decided")(route);
    });
    await page.goto(LINK);
    await ready(page);
    await page.locator("#place-1").click();
    await says(page, "Too late");
    await page.locator("#place .decided").waitFor();
    assert.notEqual(await page.locator("#date .decided").innerText(), "");
    assert.equal(await page.evaluate(() => document.activeElement.id), "place-title", "the focus stays in its part");
    await look(page, "too-late");
    await page.context().close();
  },

  async "says what is decided"() {
    for (const [name, options] of Object.entries({ "desktop-light": DESKTOP, "phone-dark": { ...PHONE, colorScheme: "dark" }, "small-light": SMALL })) {
      const page = await visit(options);
      await stub(page, decide);
      await page.goto(LINK);
      await ready(page);
      assert.equal(await page.getByText("It’s on").count(), 2);
      assert.equal(await page.locator("input").count(), 0);
      await page.locator("#date summary").click();
      await look(page, `decided-${name}`);
      await page.context().close();
    }
  },

  async "says what ends it"() {
    for (const [status, code, heading] of [
      [401, "invitation_over", "This invitation is over"],
      [401, "unauthenticated", "This link does not work"],
      [404, "no_such_event", "This event is not there any more"],
    ]) {
      const page = await visit(SMALL);
      await page.route(`${EVENT}**`, failure(status, code));
      await page.goto(LINK);
      await ready(page, heading);
      assert.equal(await page.title(), heading);
      await look(page, code);
      await page.context().close();
    }
    const page = await visit();
    await stub(page, () => {}, async (route, request) => request.method() !== "GET" && failure(401, "invitation_over")(route));
    await page.goto(LINK);
    await ready(page);
    await page.getByRole("button", { name: "Maybe" }).click();
    await ready(page, "This invitation is over");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    await page.context().close();
  },

  async "waits, and tries again"() {
    const page = await visit({ ...PHONE, colorScheme: "dark" });
    let answer = (route) => route.abort();
    await page.route(`${EVENT}**`, (route) => answer(route));
    await page.goto(LINK);
    await ready(page, "The invitation cannot be shown right now");
    await page.getByText("The service cannot be reached.").waitFor();
    await look(page, "unreachable");
    answer = failure(503, "unavailable", { "Retry-After": "3" });
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Please try again in 3 seconds.").waitFor();
    answer = (route) => route.continue();
    await page.getByRole("button", { name: "Try again" }).focus();
    await page.keyboard.press("Enter");
    await ready(page);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    await page.context().setOffline(true);
    await page.getByText("You are offline. What you see may be old.").waitFor();
    await look(page, "offline");
    await page.locator("#date-1").click();
    await says(page, "You are offline.");
    await page.context().setOffline(false);
    await page.getByText("You are offline. What you see may be old.").waitFor({ state: "detached" }).catch(() => {});
    assert.equal(await page.locator("#offline").innerText(), "");
    await page.context().close();
  },

  async "shows what comes when it takes long"() {
    const page = await visit();
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await stub(page, () => {}, () => held);
    await page.goto(LINK);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".wait")).visibility), "hidden");
    await page.waitForTimeout(400);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".wait")).visibility), "visible");
    await page.screenshot({ path: `${FOLDER}/${String(++shots).padStart(2, "0")}-loading.png` });
    go();
    await ready(page);
    assert(!(await page.locator("main").getAttribute("aria-busy")));
    await page.context().close();
  },

  async "shows text as text, and much of it"() {
    const page = await visit({ ...SMALL, colorScheme: "dark" });
    await stub(page, (event) => {
      event.name = "<img src=x onerror=alert(1)>".padEnd(100, "x");
      event.additional = `<script>alert(1)</script>\nhttps://example.com/${"a".repeat(300)}\nשלום`;
      event.place[0].drafts[0].place = "p".repeat(200);
      event.members[0].invited.push(...Array.from({ length: 480 }, (_, at) => ({ id: `m${at}`, name: at ? `Member ${at}` : "n".repeat(60), role: "user", chat_success: false, answer: null })));
      Object.assign(event.place[0].drafts[0], { votes: 300, voted: Array.from({ length: 300 }, (_, at) => `m${at}`) });
      event.place[0].voters = 301;
    });
    await page.goto(LINK);
    await page.locator("h1").waitFor();
    assert.equal(await page.locator("img, main script").count(), 0);
    await page.locator("#place-0-votes", { hasText: "and 290 others" }).waitFor();
    await look(page, "much");
    await page.context().close();
  },

  async "tells dates in the reader's language"() {
    const forms = ["05.02.2127", "2127-02-05", "05.02.2127 18:30", "05.02.2127, time: 18:30", "2127-02-05T18:30", "2127-02-05T18:30:00", "2127-02-05t18:30:00.5z", "2127-02-05T18:30:00-05:00", "Friday?", "99.99.2127"];
    for (const [locale, timezoneId, expected] of [
      ["en-GB", "America/New_York", ["Wednesday 5 February 2127", "Wednesday 5 February 2127", ...Array(4).fill("Wednesday 5 February 2127 at 18:30"), "Wednesday 5 February 2127 at 13:30 GMT-5", "Wednesday 5 February 2127 at 18:30 GMT-5"]],
      ["de-DE", "Asia/Tokyo", ["Mittwoch, 5. Februar 2127", "Mittwoch, 5. Februar 2127", ...Array(4).fill("Mittwoch, 5. Februar 2127 um 18:30"), "Donnerstag, 6. Februar 2127 um 03:30 GMT+9", "Donnerstag, 6. Februar 2127 um 08:30 GMT+9"]],
    ]) {
      const page = await visit({ locale, timezoneId });
      await stub(page, (event) => (event.date[0].drafts = forms.map((date) => ({ date, votes: 0, voted: [] }))));
      await page.goto(LINK);
      await ready(page);
      const plain = (text) => text.replace(/,/g, "").replace(/\s+/g, " ");
      assert.deepEqual((await page.locator("#date label > b").allInnerTexts()).map(plain), [...expected, "Friday?", "99.99.2127"].map(plain));
      assert.equal(await page.locator("#date time").first().getAttribute("lang"), locale);
      await page.context().close();
    }
  },

  async "says in words how the votes stand"() {
    const voters = before.members[0].invited.filter((member) => member.id !== me && member.answer !== "no").map((member) => member.id).slice(0, 1);
    const cases = [
      [[], "Nobody has voted yet."],
      [[voters], `A leads with 1 of `],
      [[voters, voters], "A and B lead with 1 of 4 each."],
      [[voters, voters, voters, voters], "Four places lead with 1 of "],
    ];
    for (const [votes, words] of cases) {
      const page = await visit();
      await stub(page, ({ place: [poll] }) => {
        poll.drafts = ["A", "B", "C", "D"].map((place, at) => ({ place, voted: votes[at] || [], votes: (votes[at] || []).length }));
        poll.voters = votes.length ? 1 : 0;
      });
      await page.goto(LINK);
      await page.locator("#place > p", { hasText: words }).waitFor();
      await page.context().close();
    }
  },

  async "only shows the polls to who organises by now"() {
    const page = await visit();
    await stub(page, (event) => {
      const [members] = event.members;
      members.confirmed[0].role = "user";
      members.invited = members.invited.filter((member) => member.id !== me);
      members.confirmed.push({ id: me, name: "Me", role: "admin", chat_success: true });
    });
    await page.goto(LINK);
    await ready(page);
    assert.equal(await page.locator("input, main button, #next:visible").count(), 0);
    await look(page, "organiser");
    await page.context().close();
  },

  async "leaves after a second thought"() {
    const page = await visit(PHONE);
    const gone = [];
    await stub(page, () => {}, async (route, request) => {
      if (request.method() !== "DELETE") return false;
      gone.push(request.url());
      await (gone.length === 1 ? failure(503, "unavailable")(route) : route.fulfill({ status: 204 }));
      return true;
    });
    await page.goto(LINK);
    await ready(page);
    assert(await page.getByRole("button", { name: "Leave" }).isHidden());
    await page.getByText("Leave this event").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Leave" }).scrollIntoViewIfNeeded();
    await look(page, "leaving");
    await page.getByRole("button", { name: "Leave" }).click();
    await says(page, "You are still in.");
    await page.getByRole("button", { name: "Leave" }).click();
    await ready(page, "You have left");
    assert.deepEqual(gone, Array(2).fill(`${EVENT}/members/${me}`));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    await look(page, "left");
    await page.context().close();
  },

  async "says that it needs scripts"() {
    const page = await visit({ ...SMALL, javaScriptEnabled: false });
    await page.goto(LINK);
    await page.locator("noscript h1").waitFor();
    assert(await page.locator(".wait").isHidden());
    await page.context().close();
  },

  async "does not vote for what the arrow keys stood on when another is clicked"() {
    const page = await visit();
    const sent = [];
    await stub(page, () => {}, async (route, request) => {
      if (request.method() !== "GET") sent.push(request.postDataJSON().event.place[0].confirmed);
    });
    await page.goto(LINK);
    await ready(page);
    const places = before.place[0].drafts.map((option) => option.place);
    await page.locator("#place-0").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("#place-0-name").click();
    await says(page, "Your vote is saved.");
    assert.deepEqual(sent, [places[0]]);
    await page.context().close();
  },

  async "votes for what the arrow keys stand on when one goes away"() {
    const page = await visit();
    await page.goto(LINK);
    await ready(page);
    await page.locator("#place-0").focus();
    await page.keyboard.press("ArrowDown");
    await page.goto(`${API}/invitation?`);
    for (let at = 0; !(await page.locator("#place-1").isChecked()); at += 1) {
      assert(at < 10, "the vote is lost");
      await page.waitForTimeout(100);
      await page.reload();
      await ready(page);
    }
    await page.context().close();
  },

  async "respects who wants no motion, and forced colours"() {
    const page = await visit({ reducedMotion: "reduce", forcedColors: "active" });
    await page.goto(LINK);
    await ready(page);
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
    await page.screenshot({ path: `${FOLDER}/${String(++shots).padStart(2, "0")}-forced-colours.png` });
    await page.context().close();
  },

  async "has colours that can be told apart"() {
    const pairs = [
      ...["text", "muted", "accent"].flatMap((name) => [[name, "background", 4.5], [name, "surface", 4.5], [name, "soft", 4.5]]),
      ...["good", "maybe", "bad"].flatMap((name) => [[name, "surface", 4.5], [name, "soft", 4.5], ["surface", name, 4.5]]),
      ["on-accent", "accent", 4.5], ["background", "text", 4.5], ["edge", "surface", 3], ["edge", "soft", 3],
    ];
    const table = [];
    for (const colorScheme of ["light", "dark"]) {
      const page = await visit({ colorScheme });
      await page.goto(`${API}/invitation`);
      const colours = await page.evaluate((names) => Object.fromEntries(names.map((name) => [name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()])), [...new Set(pairs.flatMap((pair) => pair.slice(0, 2)))]);
      for (const [front, back, least] of pairs) {
        const ratio = contrast(colours[front], colours[back]);
        table.push(`| ${colorScheme} | ${front} \`${colours[front]}\` | ${back} \`${colours[back]}\` | ${ratio.toFixed(2)} | ${least} |`);
        assert(ratio >= least, `${front} on ${back} in ${colorScheme}: ${ratio}`);
      }
      await page.context().close();
    }
    await writeFile(`${FOLDER}/contrast.md`, ["| scheme | on top | behind | contrast | at least |", "|---|---|---|---|---|", ...table, ""].join("\n"));
  },

  async "stops mails, and undoes it"() {
    if (!UNSUBSCRIBE) return console.log("  without UNSUBSCRIBE: left out");
    for (const options of [SMALL, { ...PHONE, colorScheme: "dark" }]) {
      const page = await visit(options);
      const sent = [];
      page.on("request", (request) => request.method() === "POST" && sent.push([request.url(), request.headers()["content-type"].split(";")[0], request.postData()]));
      await page.goto(UNSUBSCRIBE);
      await page.reload();
      assert(!page.url().includes("token"));
      await look(page, "unsubscribe");
      await page.getByRole("button", { name: "Stop them" }).click();
      await page.getByText("No more mails about events").waitFor();
      await look(page, "unsubscribed");
      await page.getByRole("button", { name: "Undo" }).focus();
      await page.keyboard.press("Enter");
      await page.getByText("come to this address again").waitFor();
      const form = "application/x-www-form-urlencoded";
      assert.deepEqual(sent, [[UNSUBSCRIBE, form, "List-Unsubscribe=One-Click"], [UNSUBSCRIBE, form, "List-Unsubscribe=Undo"]]);
      await page.goto(`${API}/mail/unsubscribe?token=x`);
      assert.equal(await page.locator("button").count(), 0);
      await look(page, "unsubscribe-not");
      await page.context().close();
    }
  },
};

function decide(event) {
  for (const name of ["date", "place"]) {
    const [poll] = event[name];
    const at = name === "date" ? 1 : 0;
    const [option] = poll.drafts.splice(at, 1);
    const voted = [me, ...event.members[0].confirmed.filter((member) => member.role === "user").map((member) => member.id)];
    Object.assign(poll, { confirmed: option[name], confirmed_votes: voted.length, confirmed_voted: voted });
  }
}

function contrast(...colours) {
  const [light, dark] = colours
    .map((colour) => colour.match(/[0-9a-f]{2}/gi).map((part) => Number.parseInt(part, 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)))
    .map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    .sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

const only = process.env.ONLY;
try {
  for (const [name, test] of Object.entries(tests)) {
    if (only && !name.includes(only)) continue;
    try {
      await test();
    } catch (error) {
      console.error([name, ...wrong].join("\n"));
      throw error;
    }
    assert.deepEqual(wrong, [], name);
  }
} finally {
  await browser.close();
}
console.log(`the invitation's page: ${Object.keys(tests).length} tests, ${views} views without a finding, screenshots in ${FOLDER}`);
