// Walks the README's tour with the types that are generated from the API's document: what the document does not say does not compile.
import assert from "node:assert/strict";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./build/api.js";

type Event = components["schemas"]["Event"]["event"];

const baseUrl = process.env.API;
if (!baseUrl) throw new Error("$API is the URL of the service");

/** The client of one user, as a front end would write it: it sends the token with every request. */
class App {
  readonly api = createClient<paths>({ baseUrl });
  #token = "";

  constructor() {
    const authorise: Middleware = {
      onRequest: ({ request }) => {
        if (this.#token) request.headers.set("Authorization", `Bearer ${this.#token}`);
        return request;
      },
    };
    this.api.use(authorise);
  }

  async signUp(username: string, password: string): Promise<string> {
    const email = `${username}@example.com`;
    const { error } = await this.api.POST("/user", { body: { "post-data": { username, password, "e-mail": email } } });
    if (error) throw new Error(`${error.code}: ${error.message}`);
    const mails = (await (await fetch(`${baseUrl}/_local/mails?to=${email}`)).json()) as { text: string }[];
    const token = /token=([\w-]+)/.exec(mails[0]?.text ?? "")?.[1] ?? "";
    const { data } = await this.api.GET("/user/confirm", { params: { query: { token } }, headers: { Accept: "application/json" } });
    // Whoever does not ask for JSON gets a page.
    if (!data || typeof data === "string") throw new Error("no token object");
    this.#token = data.access_token;
    return data.user_id;
  }
}

const run = Date.now().toString(36);
const [jane, john] = [new App(), new App()];
await jane.signUp(`jane-${run}`, "correct horse");
const johnsId = await john.signUp(`john-${run}`, "correct horse");

const { data: made } = await jane.api.POST("/event", {
  body: {
    event: {
      name: "Picnic",
      date: [{ drafts: [{ date: "01.02.2027" }, { date: "02.02.2027" }] }],
      place: [{ drafts: [{ place: "Park" }, { place: "Pub" }] }],
      members: [{ invited: [{ id: `john-${run}` }] }],
    },
  },
});
assert.ok(made);
const params = { path: { id: made.event.id } };
await jane.api.POST("/event/{id}/send", { params });
const forDay = (confirmed: string) =>
  john.api.PUT("/event/{id}/vote", { params, body: { event: { date: [{ confirmed }] } } });
const { data: voted } = await forDay("02.02.2027");
const event: Event | undefined = voted?.event;
assert.equal(event?.date[0]?.confirmed, "02.02.2027");
const { data: answered } = await john.api.PUT("/event/{id}/answer", { params, body: { answer: "yes" } });
assert.equal(answered?.event.members[0]?.confirmed[1]?.id, johnsId);

const { error } = await forDay("01.02.2027");
assert.equal(error?.code, "poll_decided");
console.log("the tour, with the types of mock/openapi.yaml");
