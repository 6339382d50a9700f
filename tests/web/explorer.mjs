// Clicks through the explorer of the API in Chromium, as a newcomer does: registers, confirms, logs in, authorises, makes an event,
// sends it, and votes as the one who was invited. Screenshots are left in target/web.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const { API, CHROMIUM = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync) } = process.env;
const shots = fileURLToPath(new URL("../../target/web/", import.meta.url));
await mkdir(shots, { recursive: true });

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
const wrong = [];
page.on("pageerror", (error) => wrong.push(error.message));
page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
page.on("request", (request) => new URL(request.url()).origin === API || wrong.push(`asked ${request.url()}`));

let shot = 0;
const look = (name) => page.screenshot({ path: `${shots}${String(++shot).padStart(2, "0")}-${name}.png` });

/** Opens an operation, fills it in, executes it, and gives the answer's status and body. */
async function execute(tag, operation, { parameters = {}, body } = {}) {
  const block = page.locator(`#operations-${tag}-${operation}`);
  if (!(await block.locator(".opblock-body").isVisible())) await block.locator(".opblock-summary-control").click();
  for (const [name, value] of Object.entries(parameters)) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  if (body) await block.locator("textarea.body-param__text").fill(JSON.stringify(body, null, 2));
  await block.locator("button.execute").click();
  const answer = block.locator(".live-responses-table .response");
  await answer.waitFor();
  const status = Number.parseInt(await answer.locator(".response-col_status").innerText(), 10);
  const code = answer.locator(".response-col_description pre").first();
  await block.scrollIntoViewIfNeeded();
  await look(operation);
  const answered = JSON.parse(await code.innerText());
  await block.locator(".opblock-summary-control").click();
  return { status, body: answered };
}

async function authorise(token) {
  await page.locator(".auth-wrapper button.authorize").first().click();
  const dialog = page.locator(".modal-ux");
  await dialog.waitFor();
  const form = dialog.locator("form", { hasText: /token\s*\(http/ });
  const out = form.locator("button", { hasText: "Logout" });
  if (await out.isVisible()) await out.click();
  await form.locator("input").fill(token);
  await form.locator("button.authorize").click();
  await look("authorise");
  await form.locator("button.btn-done").click();
}

async function mailed(email) {
  const [mail] = await (await fetch(`${API}/_local/mails?to=${email}`)).json();
  return new URL(mail.text.match(/http\S*\/user\/confirm\?token=\S+/)[0]).searchParams.get("token");
}

try {
  await page.goto(`${API}/_local/docs`);
  await page.locator("#operations-Accounts-register").waitFor();
  await look("opened");
  const run = Date.now().toString(36);
  const password = "correct horse";
  const users = [];
  for (const name of [`jane-${run}`, `john-${run}`]) {
    const email = `${name}@example.com`;
    const registration = { "post-data": { username: name, password, "e-mail": email } };
    assert.deepEqual(await execute("Accounts", "register", { body: registration }), { status: 200, body: {} });
    const confirmed = await execute("Accounts", "confirm", { parameters: { token: await mailed(email) } });
    assert.equal(confirmed.status, 200);
    const session = await execute("Sessions", "login", { body: { login: { username: name, password } } });
    assert.deepEqual([session.status, session.body.user_id], [200, confirmed.body.user_id]);
    users.push({ name, token: session.body.access_token });
  }

  await authorise(users[0].token);
  const draft = {
    event: {
      name: "Picnic",
      date: [{ drafts: [{ date: "01.02.2027" }, { date: "02.02.2027" }] }],
      place: [{ drafts: [{ place: "Park" }, { place: "Pub" }] }],
      members: [{ invited: [users[1].name] }],
    },
  };
  const made = await execute("Events", "createEvent", { body: draft });
  assert.equal(made.status, 201);
  const { id } = made.body.event;
  const sent = await execute("Events", "sendEvent", { parameters: { id } });
  assert.deepEqual([sent.status, sent.body.event.status], [200, true]);

  await authorise(users[1].token);
  const ballot = { event: { date: [{ confirmed: "02.02.2027" }] } };
  const voted = await execute("Events", "vote", { parameters: { id }, body: ballot });
  assert.deepEqual([voted.status, voted.body.event.date[0].confirmed], [200, "02.02.2027"]);
  assert.deepEqual(wrong, []);
} catch (error) {
  await look("failed");
  throw error;
} finally {
  await browser.close();
}
console.log(`the explorer's tour: ${shot} screenshots in target/web`);
