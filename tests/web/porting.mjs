// Runs the JavaScript of functions/PORTING.md as it stands, as two users, against the service whose URL is $API.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

globalThis.API = process.env.API;
const page = await readFile(new URL("../../functions/PORTING.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
assert.ok(blocks.length > 0, "the page has JavaScript");

/** The page's module, once more for each user: it holds the user's tokens. */
const appOf = (user) => import(`data:text/javascript,${encodeURIComponent(`${blocks.join("\n")}\n// ${user}`)}`);

// Requests pass through here, so that the access token can be spoilt as if it had run out, and refreshes are counted.
const { fetch } = globalThis;
let expired = false;
let refreshes = 0;
globalThis.fetch = (url, request) => {
  if (url.endsWith("/token")) {
    refreshes += 1;
    expired = false;
  } else if (expired) {
    request = { ...request, headers: { ...request.headers, Authorization: "Bearer expired" } };
  }
  return fetch(url, request);
};

const run = Date.now().toString(36);
const password = "correct horse";
const [jane, john] = ["jane", "john"].map((name) => ({ name: `${name}-${run}`, email: `${name}-${run}@example.com` }));

async function mailedLink(email) {
  const mails = await (await fetch(`${API}/_local/mails?to=${email}`)).json();
  return JSON.stringify(mails).match(/https?:[^"\\ ]*\/user\/confirm\?token=[\w-]+/)[0];
}

async function failure(promise) {
  return promise.then(() => assert.fail("it has to fail"), (error) => error);
}

for (const user of [jane, john]) {
  user.app = await appOf(user.name);
  const { register, login, confirm, sentence } = user.app;
  await register(user.name, password, user.email);
  assert.equal(sentence(await failure(login(user.name, password))), "Open the link in the mail first.");
  user.id = await confirm(await mailedLink(user.email));
  const taken = await failure(register(user.name, password, user.email));
  assert.deepEqual([taken.status, sentence(taken)], [409, "This name or address is taken."]);
  const wrong = await failure(login(user.name, "wrong password"));
  assert.deepEqual([wrong.status, sentence(wrong)], [403, "Wrong name or password."]);
  const faulty = await failure(register("a b", "short", user.email));
  assert.equal(faulty.errors.length, 2);
  assert.match(sentence(faulty), /^post-data\.username .*\npost-data\.password .*$/);
  for (const name of [user.name, user.email, user.id]) assert.equal(await login(name, password), user.id);
}

// Old paths, and an access token that has run out under three requests at once.
const { call, me, save, sendOut } = jane.app;
assert.equal((await fetch(`${API}/user/`)).status, 404);
assert.equal((await call("GET", "/user/")).user.id, jane.id);
expired = true;
refreshes = 0;
assert.deepEqual((await Promise.all([me(), me(), me()])).map(({ id, avatar }) => [id, avatar]), Array(3).fill([jane.id, "placeholder.svg"]));
assert.equal(refreshes, 1);

// An event in the shape of the first specification's file, with all that the service owns.
const drafted = await save({
  id: undefined,
  name: "Picnic",
  status: false,
  date: [{ drafts: [{ date: "01.02.2028", votes: 2 }, { date: "2028-02-03T18:30", votes: 1 }], confirmed: "" }],
  place: [{ drafts: [{ place: "Park", votes: 2 }, { place: "Pub", votes: 0 }], confirmed: "" }],
  members: [{ invited: [{ id: john.name, role: "user", chat_success: true }], confirmed: [] }],
});
assert.equal(drafted.status, false);
assert.deepEqual(await john.app.events(), []);
const sent = await sendOut({ ...drafted, name: "A picnic" });
assert.deepEqual([sent.id, sent.status, sent.name], [drafted.id, true, "A picnic"]);
assert.equal(sent.members[0].invited[0].chat_success, false);

// The invitee's menu, vote and answer.
const [entry] = await john.app.events();
assert.deepEqual([entry.name, entry.date[0].drafts[0].date], ["A picnic", "01.02.2028"]);
const voted = await john.app.vote(sent.id, "date", "2028-02-03T18:30");
assert.equal(voted.date[0].confirmed, "2028-02-03T18:30");
const [guest] = (await john.app.answer(sent.id, "maybe")).members[0].invited;
assert.deepEqual([guest.id, guest.chat_success], [john.id, true]);
assert.deepEqual((await me()).contacts.map(({ id, name }) => [id, name]), [[john.id, john.name]]);

await john.app.logout();
assert.equal((await failure(john.app.call("GET", "/user"))).code, "unauthenticated");
console.log(`${blocks.length} blocks of functions/PORTING.md run`);
