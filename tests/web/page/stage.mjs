// What the tests of the page have in common: people, browsers, and what has to hold of whatever a browser shows.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

/** Where the API is, without a slash at the end. */
export const API = process.env.API ?? "http://127.0.0.1:3000";
const FOLDER = process.env.SCREENSHOTS ?? fileURLToPath(new URL("../../../target/web", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const DESKTOP = { viewport: { width: 1200, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
export const SMALL = { viewport: { width: 320, height: 640 } };
export const PASSWORD = "correct horse";

await mkdir(FOLDER, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-background-networking"] });
after(() => browser.close());

/**
 * A browser of its own. At the end of the test nothing may have been refused by the policy, failed, or gone to another origin.
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function visit(t, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...DESKTOP, ...options });
  /** @type {string[]} */
  const wrong = [];
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) => console.error(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  context.setDefaultTimeout(5000);
  context.on("weberror", ({ error }) => wrong.push(String(error().stack)));
  context.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && wrong.push(message.text()));
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== API) wrong.push(`asked ${request.url()}`);
    if (request.headers().referer) wrong.push(`told ${request.url()} where it came from`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  return context.newPage();
}

let shots = 0;

/**
 * What has to hold of everything that the page can look like. Leaves a screenshot of it.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function look(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  // Not as a script of the page's, which its policy would refuse.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => /** @type {any} */ (globalThis).axe.run({ runOnly: values }), TAGS);
  const found = violations.map((/** @type {any} */ { id, help, nodes }) => `${id}, ${help}: ${nodes.map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
  assert.deepEqual(found, [], name);
  const { wide, low, levels } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth > innerWidth,
    low: [...document.querySelectorAll("button, summary, select, label:has(input), input:not([type=checkbox], [type=radio])")]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML),
    levels: [...document.querySelectorAll("h1, h2, h3")].filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1])),
  }));
  assert(!wide, `${name} scrolls sideways`);
  assert.deepEqual(low, [], `${name}: too small to touch`);
  assert(levels[0] === 1 && levels.every((level, at) => !at || level <= Number(levels[at - 1]) + 1), `${name}: headings ${levels}`);
  assert.equal(levels.filter((level) => level === 1).length, 1, `${name}: headings ${levels}`);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
  shots += 1;
}
after(() => console.log(`${shots} views without a finding of axe, in ${FOLDER}`));

/**
 * Looks at the page on a desktop, on a phone and on the smallest one, in the light and in the dark.
 * @param {import("node:test").TestContext} t
 * @param {string} name
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} open leads a new browser there
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function lookEverywhere(t, name, open, options = {}) {
  const page = await visit(t, options);
  await open(page);
  for (const [width, { viewport }] of Object.entries({ desktop: DESKTOP, phone: PHONE, small: SMALL })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      if (width === "phone" && colorScheme === "dark") continue;
      await page.emulateMedia({ colorScheme });
      await look(page, `${name}-${width}-${colorScheme}`);
    }
  }
}

/**
 * A request to the API, without a browser.
 * @param {string} method
 * @param {string} path with a slash before it
 * @param {{body?: unknown, token?: string}} [asked]
 */
export async function ask(method, path, { body, token } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(API + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Each test has people of its own, in a service that all share. @param {string} name */
export function fresh(name) {
  return `${name}${Math.random().toString(36).slice(2, 9)}`;
}

/**
 * Somebody with a confirmed account.
 * @param {string} name
 */
export async function person(name) {
  const username = fresh(name.toLowerCase().replace(/[^a-z]/g, ""));
  const email = `${username}@example.com`;
  await ask("POST", "/user", { body: { username, password: PASSWORD, "e-mail": email } });
  const mail = await mailTo(email);
  const { access_token: token, refresh_token: refresh, user_id: id } = await ask("GET", `/user/confirm?${linkIn(mail).split("?")[1]}`);
  await ask("PATCH", "/user", { body: { name }, token });
  return { username, name, email, token, refresh, id };
}

/**
 * The latest mail to an address, once there is one whose subject or text has those words.
 * @param {string} email
 * @param {string} [words]
 */
export async function mailTo(email, words = "") {
  for (let tries = 0; tries < 200; tries += 1) {
    const mails = await ask("GET", `/_local/mails?to=${encodeURIComponent(email)}`);
    const mail = mails.find((/** @type {any} */ { subject, text }) => `${subject}\n${text}`.includes(words));
    if (mail) return mail;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`no mail to ${email} with "${words}"`);
}

/** The link that a mail is for. @param {{text: string}} mail */
export function linkIn({ text }) {
  return /** @type {RegExpMatchArray} */ (text.match(/https?:\/\/\S+token=\S+/))[0];
}

/**
 * A page on which that person is logged in already, and speaks the language of the browser.
 * @param {import("node:test").TestContext} t
 * @param {{username: string}} who
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function visitAs(t, { username }, options) {
  const page = await visit(t, options);
  const { access_token, refresh_token: token, user_id: id } = await ask("POST", "/login", { body: { username, password: PASSWORD } });
  const language = options?.locale?.split("-")[0] ?? "";
  if (["en", "uk", "ru"].includes(language)) await ask("PATCH", "/user", { token: access_token, body: { user: { language } } });
  await page.addInitScript((session) => {
    // Only where the page has none yet: it replaces the token at each use.
    if (location.protocol.startsWith("http") && !localStorage.getItem("session")) localStorage.setItem("session", session);
  }, JSON.stringify({ id, token }));
  return page;
}

/** Goes on with the Tab key until what has the focus fits. @param {import("playwright-core").Page} page @param {string} selector */
export async function tab(page, selector, key = "Tab") {
  for (let at = 0; at < 60; at += 1) {
    await page.keyboard.press(key);
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
  }
  assert.fail(`${selector} is not reached with ${key}`);
}
