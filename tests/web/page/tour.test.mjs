// The whole way, as three people go it: one who plans, in English on a desktop in Berlin; a friend with an account, in Ukrainian on a phone; a
// guest by link, in Russian on a small phone in New York, who is offline for a while.
import assert from "node:assert/strict";
import test from "node:test";
import { API, ask, DESKTOP, fresh, linkIn, look, mailTo, PASSWORD, person, PHONE, SMALL, visit, visitAs } from "./stage.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @param {{text: string}} mail */
const own = (mail) => API + linkIn(mail).replace(/^https?:\/\/[^/]+/, "");
/** @param {Page} page @param {string | RegExp} name */
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
/** @param {Page} page @param {string | RegExp} name */
const press = (page, name) => page.getByRole("button", { name, exact: true }).first().click();

test("a picnic is planned with two friends", async (t) => {
  const oksana = await person("Оксана");
  await ask("PATCH", "/user", { token: oksana.token, body: { user: { language: "uk" } } });
  const guest = `${fresh("ivan")}@example.com`;

  // Jane opens an account and plans.
  const jane = await visit(t, { ...DESKTOP, locale: "en-GB", timezoneId: "Europe/Berlin" });
  const username = fresh("jane");
  await jane.goto(API);
  await jane.getByRole("link", { name: "Create an account" }).click();
  await jane.getByLabel("Username", { exact: true }).fill(username);
  await jane.getByLabel("E-mail address").fill(`${username}@example.com`);
  await jane.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await press(jane, "Create an account");
  await heading(jane, "Look into your mailbox");
  await jane.goto(own(await mailTo(`${username}@example.com`)));
  await press(jane, "Confirm the address");
  await heading(jane, "Events");
  await jane.getByRole("link", { name: "Plan an event" }).first().click();
  await jane.getByLabel("What is it called?").fill("Picnic by the lake");
  await jane.getByText("Saved", { exact: true }).waitFor();
  await jane.getByRole("link", { name: "Next: days" }).click();
  await heading(jane, "Which days suit?");
  await jane.getByRole("button", { name: "Next month" }).click();
  const days = jane.getByRole("gridcell").filter({ hasText: /^(10|11|17)$/ });
  for (const day of await days.all()) await day.click();
  await jane.getByText("3 days chosen").waitFor();
  await jane.getByLabel("A time for all days").fill("18:30");
  await jane.getByRole("link", { name: "Next: places" }).click();
  await jane.getByLabel("Place 1", { exact: true }).fill("Park");
  await press(jane, "Add a place");
  await jane.getByLabel("Place 2", { exact: true }).fill("Beach");
  await jane.getByRole("link", { name: "Next: people" }).click();
  const field = jane.getByLabel("Username, contact or e-mail address");
  for (const who of [oksana.username, `Ivan <${guest}>`]) {
    await field.fill(who);
    await field.press("Enter");
  }
  await jane.getByText("2 people to invite").waitFor();
  await jane.getByText("Saved", { exact: true }).waitFor();
  await jane.getByRole("link", { name: "Next: a last look" }).click();
  await heading(jane, "Ready to send?");
  await look(jane, "tour-1-ready");
  await press(jane, "Send the invitations");
  await heading(jane, "Picnic by the lake");
  await look(jane, "tour-2-sent");

  // Oksana votes and answers, in Ukrainian.
  const mail = await mailTo(oksana.email, "Picnic by the lake");
  assert.match(mail.subject, /запрошує/);
  const phone = await visitAs(t, oksana, { ...PHONE, locale: "uk-UA", timezoneId: "Europe/Kyiv" });
  await phone.goto(API);
  await heading(phone, "Події");
  await phone.getByRole("link", { name: /Picnic by the lake/ }).click();
  await heading(phone, "Picnic by the lake");
  await phone.getByRole("checkbox").nth(0).check();
  await phone.getByRole("checkbox").nth(1).check();
  await phone.getByRole("radio", { name: "Park" }).click();
  await press(phone, "Так");
  await look(phone, "tour-3-voted");

  // Ivan opens his link; the connection breaks while he votes, and he tries again.
  const invitation = await mailTo(guest, "Picnic by the lake");
  const small = await visit(t, { ...SMALL, locale: "ru-RU", timezoneId: "America/New_York" });
  await small.goto(own(invitation));
  await heading(small, "Picnic by the lake");
  assert.equal(small.url(), `${API}/invitation`);
  assert.match(await small.locator("time").first().innerText(), /18:30/, "a time without a zone is the same on all clocks");
  await small.context().setOffline(true);
  await small.getByText("Вы не в сети").first().waitFor();
  await small.getByRole("checkbox").nth(1).click();
  await small.getByRole("status").filter({ hasText: "сети" }).first().waitFor();
  await look(small, "tour-4-offline");
  assert.equal(await small.getByRole("checkbox").nth(1).isChecked(), false, "a vote that did not arrive comes back");
  await small.context().setOffline(false);
  await small.getByRole("checkbox").nth(1).check();
  await press(small, "Возможно");
  await small.getByText("Возможно, вы придёте").or(small.getByText(/Вы, возможно/)).first().waitFor();
  await look(small, "tour-5-guest");

  // Jane sees both, and decides.
  await jane.reload();
  await jane.getByText(/2 of 2/).first().waitFor();
  await look(jane, "tour-6-votes");
  for (const [option, then] of /** @type {const} */ ([[/^Choose this .*\b11\b/, false], [/^Choose this Park/, true]])) {
    await jane.getByRole("button", { name: option }).click();
    if (then) await press(jane, "Choose and mail");
  }
  await jane.getByText("It’s on").nth(1).waitFor();
  await look(jane, "tour-7-on");

  // Both hear of it: who has an account in the own language, a guest in that of who invites.
  assert.equal((await mailTo(oksana.email, "Відбудеться")).subject, "Відбудеться: Picnic by the lake");
  const news = await mailTo(guest, "It is on");
  assert.equal(news.attachments[0].file_name, "event.ics");
  await small.goto(own(news));
  await small.getByText("Решено").nth(1).waitFor();
  await look(small, "tour-8-on");
  await press(small, "Изменить");
  await press(small, "Да");
  await small.getByText("Вы придёте.").waitFor();
  await jane.reload();
  await jane.getByText("Three come").waitFor();
});
