// Makes an event for the invitation's page, and prints the link of an invitee who has said nothing yet, and the one that stops mails.
//
// node scene.mjs <api-url>
const api = process.argv[2];

async function ask(method, path, body, token) {
  const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(api + path, { method, body: body && JSON.stringify(body), headers });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

async function signUp(username, name) {
  await ask("POST", "/user", { username, password: "correct horse", "e-mail": `${username}@example.com` });
  const [mail] = await ask("GET", `/_local/mails?to=${username}@example.com`);
  const { access_token: token } = await ask("GET", `/user/confirm?${mail.text.match(/token=[\w-]+/)[0]}`);
  await ask("PATCH", "/user", { name }, token);
  return token;
}

const people = { jane: "Jane Doe", mary: "Mary", paul: "Paul", zoe: "Zoë", ivan: "Ivan" };
const [jane, mary, , zoe, ivan] = await Promise.all(Object.entries(people).map((user) => signUp(...user)));
const { event: { id } } = await ask("POST", "/event", { event: {
  name: "Picnic by the lake", status: true,
  date: [{ choice: "any", drafts: [{ date: "05.02.2027, time: 18:30" }, { date: "2027-02-06T12:00" }, { date: "07.02.2027" }, { date: "2027-02-13T11:00:00+01:00" }] }],
  place: [{ drafts: [{ place: "Strandbad, the meadow behind the boathouse" }, { place: "Park" }, { place: "Jane’s garden" }] }],
  members: [{ invited: [{ "e-mail": "john@example.com", name: "John" }, "mary", "paul", "zoe", "ivan"] }],
  additional: "Bring a blanket and something to share.\nIf it rains, we meet at mine. <b>No presents</b>, please.",
} }, jane);
const vote = (token, poll, option) => ask("PUT", `/event/${id}/vote`, { event: { [poll]: [{ confirmed: option }] } }, token);
await vote(mary, "date", "2027-02-06T12:00");
await vote(mary, "date", "07.02.2027");
await vote(zoe, "date", "2027-02-06T12:00");
await vote(mary, "place", "Park");
for (const [token, answer] of [[mary, "yes"], [zoe, "maybe"], [ivan, "no"]]) await ask("PUT", `/event/${id}/answer`, { answer }, token);

// The mails come a moment later.
for (let tries = 0; tries < 100; tries += 1) {
  const [mail] = await ask("GET", "/_local/mails?to=john@example.com");
  if (mail) {
    console.log(mail.text.match(/\S+#token=\S+/)[0]);
    console.log(mail.headers["List-Unsubscribe"].slice(1, -1));
    process.exit();
  }
  await new Promise((later) => setTimeout(later, 50));
}
throw new Error("no invitation was mailed");
