// The account: the way in, the links in mails, the profile and the contacts.
import assert from "node:assert/strict";
import test from "node:test";
import { API, ask, fresh, linkIn, look, lookEverywhere, mailTo, PASSWORD, person, SMALL, tab, visit, visitAs } from "./stage.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Opens the link of a mail. @param {Page} page @param {{text: string}} mail */
const follow = (page, mail) => page.goto(API + linkIn(mail).replace(/^https?:\/\/[^/]+/, ""));
/** @param {Page} page @param {string} name */
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
/** @param {Page} page @param {string} name */
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
/** Waits until what reads so has the focus. @param {Page} page @param {string} words */
const focused = (page, words) => page.waitForFunction((words) => (document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent)?.trim() === words, words);
/** Fills in the form of a new account. @param {Page} page @param {string} username @param {string} email @param {string} password */
const register = async (page, username, email, password = PASSWORD) => {
  await page.getByLabel("Username", { exact: true }).fill(username);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await press(page, "Create an account");
};

test("the views without an account look right everywhere", async (t) => {
  for (const [name, hash, title] of /** @type {const} */ ([["welcome", "/", "Find the day"], ["register", "/register", "Create an account"], ["login", "/login", "Log in"], ["forgot", "/forgot", "Forgotten your password?"]])) {
    await lookEverywhere(t, name, async (page) => {
      await page.goto(`${API}/#${hash}`);
      await heading(page, title);
    });
  }
});

test("the views fit in all languages on the smallest phone", async (t) => {
  for (const [locale, create, wants] of /** @type {const} */ ([["uk-UA", "Створити обліковий запис", "Як вам зручно"], ["ru-RU", "Создать учётную запись", "Как вам удобно"]])) {
    const page = await visit(t, { ...SMALL, locale });
    await page.goto(API);
    await page.getByRole("link", { name: create }).waitFor();
    await look(page, `welcome-${locale}`);
    await page.getByRole("link", { name: create }).click();
    await press(page, create);
    await page.locator("[aria-invalid=true]").first().waitFor();
    await look(page, `register-wrong-${locale}`);
    const who = await person("Jane");
    await ask("PATCH", "/user", { token: who.token, body: { language: locale.slice(0, 2) } });
    const own = await visitAs(t, who, { ...SMALL, locale });
    for (const part of ["", "/email", "/devices", "/delete"]) {
      await own.goto(`${API}/#/profile${part}`);
      await (part ? own.locator("main form, main li").first() : own.getByRole("heading", { name: wants })).waitFor();
      await look(own, `profile${part.replace("/", "-")}-${locale}`);
    }
  }
});

test("an account is opened, confirmed and used", async (t) => {
  const page = await visit(t);
  const username = fresh("zoe");
  await page.goto(`${API}/`);
  await page.getByRole("link", { name: "Create an account" }).click();
  await heading(page, "Create an account");
  await press(page, "Create an account");
  await page.getByText("Please fill this in").first().waitFor();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 3, "each fault is named");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "username", "the first fault has the focus");
  await look(page, "register-wrong");
  await page.getByLabel("Username", { exact: true }).fill(username);
  await page.getByLabel("E-mail address").fill(`${username}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.reload();
  assert.equal(await page.getByLabel("Username", { exact: true }).inputValue(), username, "a reload loses nothing");
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "", "but the password is kept nowhere");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await press(page, "Create an account");
  await heading(page, "Look into your mailbox");
  await focused(page, "Look into your mailbox");
  await look(page, "mailed");
  const mail = await mailTo(`${username}@example.com`);
  await follow(page, mail);
  await page.getByText(username).waitFor();
  assert.equal(page.url(), `${API}/user/confirm`, "the token leaves the address");
  await look(page, "link-confirm");
  await page.reload();
  await page.getByText(username).waitFor();
  await press(page, "Confirm the address");
  await heading(page, "Events");
  await follow(page, mail);
  await page.getByText("confirmed already").waitFor();
  await look(page, "link-confirm-used");
});

test("a name that is taken is said at the field", async (t) => {
  const { username } = await person("Ann");
  const page = await visit(t, SMALL);
  await page.goto(`${API}/#/register`);
  await register(page, username, `${fresh("ann")}@example.com`);
  await page.locator(".field.wrong", { hasText: "is taken" }).first().waitFor();
  await look(page, "register-taken");
});

test("a password or a name that the service refuses is said at the field", async (t) => {
  const page = await visit(t);
  await page.goto(`${API}/#/register`);
  await register(page, fresh("ann"), `${fresh("ann")}@example.com`, "password123");
  await page.locator(".field.wrong", { hasText: "too easy to guess" }).waitFor();
  await register(page, "admin", `${fresh("ann")}@example.com`);
  await page.locator(".field.wrong", { hasText: "kept for the service" }).waitFor();
});

test("a space after a word that the keyboard has proposed does no harm", async (t) => {
  const page = await visit(t);
  const username = fresh("ann");
  await page.goto(`${API}/#/register`);
  await register(page, `${username} `, ` ${username}@example.com `);
  await heading(page, "Look into your mailbox");
  await mailTo(`${username}@example.com`);
});

test("an address that was wrong is mended", async (t) => {
  const page = await visit(t);
  const username = fresh("ann");
  await page.goto(`${API}/#/register`);
  await register(page, username, `${username}@example.con`);
  await page.getByText("We have mailed a link").waitFor();
  await press(page, "The address is wrong");
  await page.locator(".field.wrong", { hasText: "Choose another one" }).waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), `${username}@example.con`);
  await register(page, `${username}2`, `${username}@example.com`);
  await heading(page, "Look into your mailbox");
  await mailTo(`${username}@example.com`);
});

test("who is not confirmed yet is mailed a new link", async (t) => {
  const page = await visit(t, SMALL);
  const username = fresh("ann");
  await ask("POST", "/user", { body: { username, password: PASSWORD, "e-mail": `${username}@example.com` } });
  await page.goto(`${API}/#/login`);
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await press(page, "Log in");
  await page.getByText("not confirmed yet").waitFor();
  await page.route(`${API}/user/confirm`, (route) => route.fulfill({ status: 429, headers: { "Retry-After": "42" }, json: { message: "too soon", code: "too_soon" } }), { times: 1 });
  await press(page, "Mail it again");
  await page.getByRole("alert").getByText("Please try again in 42 seconds.").waitFor();
  await look(page, "mailed-too-soon");
  await page.route(`${API}/user/confirm`, (route) => route.fulfill({ json: {} }), { times: 1 });
  await press(page, "Mail it again");
  await page.getByText("A new link is on its way").waitFor();
  await press(page, "Back");
  await heading(page, "Log in");
  await focused(page, "Log in");
});

test("one logs in where one wanted to be, and out", async (t) => {
  const { username } = await person("Ann");
  const page = await visit(t);
  await page.goto(`${API}/#/contacts`);
  await heading(page, "Log in");
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await press(page, "Log in");
  await page.getByRole("alert").getByText("The login or the password is wrong.").waitFor();
  await look(page, "login-wrong");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await heading(page, "Contacts");
  await page.getByRole("link", { name: "Profile" }).click();
  await press(page, "Log out");
  await heading(page, "Find the day");
  assert.equal(page.url(), `${API}/#/`, "whoever logs in next is not led here");
  assert.deepEqual(await page.evaluate(() => [localStorage.getItem("session"), sessionStorage.getItem("session")]), [null, null]);
});

test("without “stay logged in” the tab alone remembers one", async (t) => {
  const { username } = await person("Ann");
  const page = await visit(t);
  await page.goto(`${API}/#/login`);
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Stay logged in").uncheck();
  await press(page, "Log in");
  await heading(page, "Events");
  assert.equal(await page.evaluate(() => localStorage.getItem("session")), null);
  await page.reload();
  await heading(page, "Events");
  const other = await page.context().newPage();
  await other.goto(API);
  await heading(other, "Find the day");
});

test("two tabs share a session, and leave it together", async (t) => {
  const page = await visitAs(t, await person("Ann"));
  await page.goto(API);
  await heading(page, "Events");
  const other = await page.context().newPage();
  await Promise.all([other.goto(`${API}/#/profile`), page.reload()]);
  await heading(page, "Events");
  await press(other, "Log out");
  await heading(page, "Find the day");
});

test("a session that has ended elsewhere asks to log in", async (t) => {
  const who = await person("Ann");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/contacts`);
  await heading(page, "Contacts");
  await ask("POST", "/token/revoke", { body: { all: true }, token: who.token });
  await page.reload();
  await heading(page, "Log in");
  await page.getByText("Your session has ended").waitFor();
});

test("a forgotten password is set anew", async (t) => {
  const { username, email } = await person("Ann");
  const page = await visit(t);
  await page.goto(`${API}/#/login`);
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await page.getByLabel("Username or e-mail address").fill(username);
  await press(page, "Mail me a link");
  await page.getByText("a link is on its way").waitFor();
  await look(page, "forgot-mailed");
  await follow(page, await mailTo(email, "password"));
  await heading(page, "Set a new password");
  assert.equal(page.url(), `${API}/user/password/reset`);
  await look(page, "link-reset");
  await page.getByLabel("New password").fill("another horse");
  await press(page, "Set the password");
  await page.getByText("Your password is set").waitFor();
  await focused(page, "Your password is set, and all sessions have ended. You can log in now.");
  await page.getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("Username or e-mail address").fill(username);
  await page.getByLabel("Password", { exact: true }).fill("another horse");
  await press(page, "Log in");
  await heading(page, "Events");
});

test("a link that was used says so, and what one can do", async (t) => {
  const { username, email } = await person("Ann");
  const page = await visit(t);
  await ask("POST", "/user/password/forgot", { body: { login: { username } } });
  const mail = await mailTo(email, "password");
  await follow(page, mail);
  await ask("POST", "/user/password/reset", { body: { token: linkIn(mail).split("token=")[1], new_password: "another horse" } });
  await page.getByLabel("New password").fill("a third horse");
  await press(page, "Set the password");
  await page.getByText("This link was used already. Log in with the new password.").waitFor();
  await look(page, "link-reset-used");
  await page.getByRole("link", { name: "Log in" }).click();
  await heading(page, "Log in");
});

test("where the page is turned off, an address is confirmed and nobody logged in", async (t) => {
  const page = await visit(t);
  const username = fresh("ann");
  await ask("POST", "/user", { body: { username, password: PASSWORD, "e-mail": `${username}@example.com` } });
  await page.route(/user\/confirm/, async (route) => {
    if (!route.request().isNavigationRequest()) return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("data-view=", "data-off data-view=") });
  });
  await follow(page, await mailTo(`${username}@example.com`));
  await press(page, "Confirm the address");
  await page.getByText("Your e-mail address is confirmed. You can log in now.").waitFor();
  await look(page, "link-confirmed-off");
  assert.equal(await page.evaluate(() => localStorage.getItem("session")), null);
  assert.equal(await page.getByRole("link").filter({ hasNotText: "Skip" }).count(), 0, "no link to what is not there");
});

test("a link without its token says so", async (t) => {
  const page = await visit(t);
  for (const path of ["/user/confirm", "/user/password/reset", "/user/e-mail/confirm", "/mail/unsubscribe"]) {
    await page.goto(API + path);
    await page.getByText("This link is not complete").waitFor();
    await look(page, `link-without-token${path.replaceAll("/", "-")}`);
  }
});

test("the profile looks right everywhere", async (t) => {
  const who = await person("Jane Doe");
  for (const part of ["", "/name", "/email", "/password", "/devices", "/data", "/delete"]) {
    await lookEverywhere(t, `profile${part.replace("/", "-")}`, async (page) => {
      const { refresh_token: token, user_id: id } = await ask("POST", "/login", { body: { username: who.username, password: PASSWORD } });
      await page.addInitScript((session) => localStorage.getItem("session") ?? localStorage.setItem("session", session), JSON.stringify({ id, token }));
      await page.goto(`${API}/#/profile${part}`);
      await page.locator(part ? "main form, main li, main button.first" : "main .card").first().waitFor();
    });
  }
});

test("what one wants is saved at once, and comes back if it is not", async (t) => {
  const who = await person("Jane");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/profile`);
  const box = page.getByLabel("Mails about events");
  await box.uncheck();
  await page.getByText("Saved").waitFor();
  assert.equal((await ask("GET", "/user", { token: who.token })).user.mails, false);
  await page.route(`${API}/user`, (route) => (route.request().method() === "PATCH" ? route.fulfill({ status: 503, json: { message: "busy", code: "unavailable" } }) : route.continue()));
  await box.click();
  await page.getByText("The service does not work right now").waitFor();
  assert.equal(await box.isChecked(), false);
});

test("the language of the page and of the mails is one's own", async (t) => {
  const who = await person("Jane");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/profile`);
  await page.getByLabel("Language").selectOption("uk");
  await page.getByRole("heading", { name: "Як вам зручно" }).waitFor();
  await page.getByText("Збережено").waitFor();
  assert.equal((await ask("GET", "/user", { token: who.token })).user.language, "uk");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "uk");
  const elsewhere = await visitAs(t, who);
  await elsewhere.goto(`${API}/#/profile`);
  await elsewhere.getByRole("heading", { name: "Як вам зручно" }).waitFor();
});

test("name, address and password are changed", async (t) => {
  const who = await person("Jane");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/profile/name`);
  await page.getByLabel("Name", { exact: true }).fill("Jane Roe");
  await press(page, "Save");
  await page.getByText("Saved").waitFor();
  await page.getByRole("link", { name: "Back" }).click();
  await heading(page, "Jane Roe");
  await page.getByRole("link", { name: "E-mail address" }).click();
  const address = `${fresh("jane")}@example.com`;
  await page.getByLabel("New e-mail address").fill(address);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await press(page, "Change the address");
  await page.getByText(`We have mailed a link to ${address}`).waitFor();
  await follow(page, await mailTo(address));
  await page.getByText(address).waitFor();
  await look(page, "link-email");
  await press(page, "Confirm the new address");
  await page.getByText("Your new e-mail address is confirmed").waitFor();
  await follow(page, await mailTo(address));
  await page.getByText("This link was used already").waitFor();
  await look(page, "link-email-used");
  await page.goto(`${API}/#/profile/password`);
  await page.getByLabel("Current password").fill("wrong password");
  await page.getByLabel("New password").fill("another horse");
  await press(page, "Change the password");
  await page.locator(".field.wrong", { hasText: "This is not your password." }).waitFor();
  await page.getByLabel("Current password").fill(PASSWORD);
  await press(page, "Change the password");
  await page.getByText("Your password is changed").waitFor();
  await focused(page, "Your password is changed, and all other devices are logged out.");
});

test("devices are listed and ended", async (t) => {
  const who = await person("Jane");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/profile/devices`);
  await page.getByText("(this one)").waitFor();
  await page.getByText("Chrome on Linux").waitFor();
  await page.getByRole("button", { name: "Log out: node" }).click();
  await page.getByRole("listitem").filter({ hasText: "node" }).getByText("Logged out", { exact: true }).waitFor();
  // The focus stays where the button was.
  await focused(page, "Logged out");
  await look(page, "profile-device-ended");
  await assert.rejects(ask("POST", "/token", { body: { refresh_token: who.refresh } }), /401/);
  await press(page, "Log out everywhere");
  await heading(page, "Find the day");
});

test("one takes a copy of one's data along, and goes", async (t) => {
  const who = await person("Jane");
  const page = await visitAs(t, who);
  await page.goto(`${API}/#/profile/data`);
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Get the copy")]);
  assert.equal(download.suggestedFilename(), "event-messenger.json");
  const { readFile } = await import("node:fs/promises");
  const copy = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(copy.user?.username ?? copy.account?.username, who.username);
  await page.goto(`${API}/#/profile/delete`);
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await press(page, "Delete my account");
  await page.locator(".field.wrong", { hasText: "This is not your password." }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await press(page, "Delete my account");
  await page.getByText("Your account is deleted.").waitFor();
  await look(page, "welcome-deleted");
  await assert.rejects(ask("POST", "/login", { body: { username: who.username, password: PASSWORD } }), /403/);
});

test("contacts are found, added, removed and brought back", async (t) => {
  const [jane, john] = [await person("Jane"), await person("John")];
  const page = await visitAs(t, jane);
  await page.goto(`${API}/#/contacts`);
  await page.getByText("Nobody yet").waitFor();
  await look(page, "contacts-none");
  await page.getByRole("searchbox").fill(john.username);
  await page.getByRole("button", { name: "Add John" }).click();
  await page.getByText("is a contact").waitFor();
  // The focus stays where the button was.
  await focused(page, "is a contact");
  await look(page, "contacts");
  await page.getByRole("button", { name: "Remove John" }).click();
  await page.getByText("John is no longer among your contacts").waitFor();
  // The button is the same.
  await focused(page, "Undo: John");
  await look(page, "contacts-removed");
  assert.equal((await ask("GET", "/user/contacts", { token: jane.token })).contacts.length, 0);
  await press(page, "Undo: John");
  await page.getByRole("button", { name: "Remove John" }).waitFor();
  assert.equal((await ask("GET", "/user/contacts", { token: jane.token })).contacts.length, 1);
  for (const query of ["nobody-of-that", "nobody of that", "nobody-has-a-name-of-that-length"]) {
    await page.getByRole("searchbox").fill("x");
    await page.getByText("Nobody has a username that begins so").waitFor({ state: "hidden" });
    await page.getByRole("searchbox").fill(query);
    await page.getByText("Nobody has a username that begins so").waitFor();
  }
});

test("a contact that cannot be removed stays, with the reason", async (t) => {
  const [jane, john, ann] = [await person("Jane"), await person("John"), await person("Ann")];
  for (const { id } of [john, ann]) await ask("PUT", `/user/contacts/${id}`, { token: jane.token });
  await ask("PATCH", "/user", { token: ann.token, body: { name: "Ann-Christin Müller-Lüdenscheidt" } });
  const page = await visitAs(t, jane, SMALL);
  await page.goto(`${API}/#/contacts`);
  await page.route(`${API}/user/contacts/*`, (route) => route.fulfill({ status: 503, json: { message: "busy", code: "unavailable" } }));
  await page.getByRole("button", { name: "Remove Ann" }).click();
  await page.getByRole("alert").getByText("The service does not work right now").waitFor();
  await page.getByRole("button", { name: "Remove Ann" }).waitFor();
  await look(page, "contacts-failed");
});

test("two contacts that are removed at once both go", async (t) => {
  const [jane, john, ann] = [await person("Jane"), await person("John"), await person("Ann")];
  for (const { id } of [john, ann]) await ask("PUT", `/user/contacts/${id}`, { token: jane.token });
  const page = await visitAs(t, jane);
  await page.goto(`${API}/#/contacts`);
  /** @type {(() => Promise<void>)[]} */
  const held = [];
  await page.route(`${API}/user/contacts/*`, (route) => {
    held.push(() => route.continue());
  });
  for (const name of ["Remove John", "Remove Ann"]) await page.getByRole("button", { name }).click();
  while (held.length < 2) await page.evaluate(() => new Promise(requestAnimationFrame));
  for (const go of held) await go();
  for (const name of ["Undo: John", "Undo: Ann"]) await page.getByRole("button", { name }).waitFor();
});

test("a profile that cannot be loaded says why, and is tried again", async (t) => {
  const page = await visitAs(t, await person("Jane"));
  await page.route(`${API}/user`, (route) => route.fulfill({ status: 503, json: { message: "busy", code: "unavailable" } }));
  await page.goto(`${API}/#/profile`);
  await page.getByRole("alert").getByText("The service does not work right now").waitFor();
  await look(page, "profile-failed");
  await page.unroute(`${API}/user`);
  await press(page, "Try again");
  await heading(page, "Jane");
});

test("a language that cannot be had, or not be stored, is as it was, with the reason", async (t) => {
  const page = await visitAs(t, await person("Jane"));
  await page.goto(`${API}/#/profile`);
  await page.route(/texts-uk/, (route) => route.abort());
  await page.getByLabel("Language").selectOption("uk");
  await page.getByText("Something went wrong").waitFor();
  assert.equal(await page.getByLabel("Language").inputValue(), "en");
  await page.route(`${API}/user`, (route) => (route.request().method() === "PATCH" ? route.fulfill({ status: 503, json: { message: "busy", code: "unavailable" } }) : route.continue()));
  await page.getByLabel("Language").selectOption("ru");
  await page.getByText("The service does not work right now").waitFor();
  await page.getByRole("heading", { name: "As you like it" }).waitFor();
  assert.equal(await page.getByLabel("Language").inputValue(), "en");
});

test("mails about events are stopped by their link, and come again", async (t) => {
  const [jane, john] = [await person("Jane"), await person("John")];
  await ask("POST", "/event", { token: jane.token, body: { event: { name: "Picnic", status: true, date: [{ confirmed: "2027-02-06" }], place: [{ confirmed: "Park" }], members: [{ invited: [{ id: john.username }] }] } } });
  const mail = await mailTo(john.email, "Picnic");
  const page = await visit(t);
  await page.goto(API + mail.headers["List-Unsubscribe"].slice(1, -1).replace(/^https?:\/\/[^/]+/, ""));
  await heading(page, "Mails about events");
  await look(page, "link-unsubscribe");
  await press(page, "Stop them");
  await page.getByText("Done. No more mails").waitFor();
  // The button is the same.
  await focused(page, "Undo");
  await look(page, "link-unsubscribe-done");
  assert.equal((await ask("GET", "/user", { token: john.token })).user.mails, false);
  await press(page, "Undo");
  await page.getByText("come to this address again").waitFor();
  assert.equal((await ask("GET", "/user", { token: john.token })).user.mails, true);
});

test("a form is filled in with the keyboard alone", async (t) => {
  const { username } = await person("Ann");
  const page = await visit(t);
  await page.goto(`${API}/#/login`);
  await heading(page, "Log in");
  await tab(page, "[name=login]");
  await page.keyboard.type(username);
  await tab(page, "[name=password]");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Events");
});
