"use strict";
const $ = (id) => document.getElementById(id);
const [main, bar, status, next, offline] = ["main", "bar", "status", "next", "offline"].map($);
const base = location.pathname.replace(/\/invitation\/?$/, "");
// Chromium is known to say "en-US@posix", at which Intl throws.
const language = navigator.languages.find((tag) => /^[\w-]+$/.test(tag));

let token, id, me;
// The event as the service last told it, and when; and what was changed since and is still on its way.
let stored, read, changes;
// The option that the arrow keys stand on. Going through radio buttons ticks each of them, and a vote can decide.
let aim;
let answering;

function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes[0]) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter(Boolean));
  return element;
}

/** Makes an element like another and keeps what is alike, so that neither the focus nor a screen reader's place is lost. */
function morph(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) return old.replaceWith(fresh);
  if (!old.attributes) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if ("checked" in fresh) old.checked = fresh.checked;
  const [children, wanted] = [[...old.childNodes], [...fresh.childNodes]];
  wanted.forEach((child, at) => (children[at] ? morph(children[at], child) : old.append(child)));
  children.slice(wanted.length).forEach((child) => child.remove());
}

function paint(title, kind, ...children) {
  document.title = title;
  const focused = document.activeElement;
  const part = focused.closest("section[id]")?.id;
  morph(main, h(`main.${kind}`, { id: "main" }, ...children));
  if (!focused.isConnected) ($(`${part}-title`) || main.querySelector("h1")).focus();
}

function plainly(title, text, retry) {
  stored = null;
  paint(title, "plain", h("h1", { tabindex: -1 }, title), h("p", {}, text), retry && h("button.first", { "data-do": "load" }, "Try again"));
  tell();
}

const WORDS = ["", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
const number = (count) => WORDS[count] || count;
const listed = (nodes) => nodes.map((node, at) => [at ? (at === nodes.length - 1 ? " and " : ", ") : "", node]);

const DAY = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** A date in the reader's language; as typed, if it is of no known form. Without an offset it means the same time everywhere. */
function when(text) {
  const iso = text.replace(/^(\d\d)\.(\d\d)\.(\d{4})/, "$3-$2-$1").replace(/(, time:)? /, "T");
  const [, day, time, zone] = iso.match(DAY) || [];
  const date = new Date(zone ? iso.toUpperCase() : `${day}T${time || "00:00"}Z`);
  if (Number.isNaN(date.getTime())) return h("bdi", {}, text);
  const format = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: day.startsWith(new Date().getFullYear()) ? undefined : "numeric",
    ...(time && { hour: "numeric", minute: "2-digit" }),
    ...(zone ? { timeZoneName: "short" } : { timeZone: "UTC" }),
  });
  return h("time", { datetime: iso, lang: language }, format.format(date));
}

const POLLS = {
  date: { title: "When", thing: "day", show: when, any: "Tick each day on which you can.", one: "Choose the day that you are for.", count: "can" },
  place: { title: "Where", thing: "place", show: (text) => h("bdi", {}, text), any: "Tick each place that suits you.", one: "Choose the place that you are for.", count: "for it" },
};

function standing(name, poll, electors) {
  const { show, thing } = POLLS[name];
  const most = Math.max(...poll.drafts.map((option) => option.votes));
  if (!most) return "Nobody has voted yet.";
  const leading = poll.drafts.filter((option) => option.votes === most).map((option) => h("b", {}, show(option[name])));
  const votes = `${most} of ${electors.length}`;
  let lead = [leading[3] ? `${number(leading.length)} ${thing}s` : listed(leading), ` lead with ${votes} each. `];
  if (!leading[1]) lead = name === "date" && poll.choice === "any" ? [`${votes} can on `, leading, ". "] : [leading, ` leads with ${votes}. `];
  const silent = electors.length - poll.voters;
  const mine = electors.some((member) => member.id === me) && !votesOf(poll).size;
  if (silent < 1) return [lead, "All have voted."];
  if (silent === 1) return [lead, mine ? "You have not voted." : "One has not voted."];
  return [lead, `${number(silent)} have not voted`, mine && ", you among them", "."];
}

const votesOf = (poll) => new Set([poll.my_vote ?? []].flat());

function view(event) {
  const [{ invited, confirmed }] = event.members;
  const people = [...confirmed.map((member) => ({ ...member, answer: "yes" })), ...invited];
  const organiser = people.find((member) => member.role === "admin");
  const my = people.find((member) => member.id === me) || {};
  const electors = people.filter((member) => member !== organiser && member.answer !== "no");
  const named = new Map(people.map((member) => [member.id, member.name]));
  const leads = my === organiser;

  const voters = (votes, voted, count) => {
    if (!votes) return "Nobody";
    const names = voted.filter((voter) => voter !== me && named.has(voter)).map((voter) => h("bdi", {}, named.get(voter)));
    const shown = names.length > 12 ? [...names.slice(0, 10), `${names.length - 10} others`] : names;
    return [`${votes} of ${electors.length} ${count}: `, listed(voted.includes(me) ? ["you", ...shown] : shown)];
  };
  const section = (name) => {
    const [poll] = event[name];
    const { title, thing, show, count, [poll.choice]: ask } = POLLS[name];
    const mine = votesOf(poll);
    const options = (open) => poll.drafts.map(({ [name]: text, votes, voted }, at) => {
      const key = `${name}-${at}`;
      const checked = aim?.name === name ? aim.text === text : mine.has(text);
      return h(open ? "label.option" : "div.option.past", {},
        open && h("input", { type: poll.choice === "any" ? "checkbox" : "radio", id: key, name, value: text, checked, "aria-labelledby": `${key}-name`, "aria-describedby": `${key}-votes` }),
        h("b", { id: `${key}-name` }, show(text)),
        h("span.votes.small.quiet", {}, h("span", { id: `${key}-votes` }, voters(votes, voted, count)), votes && h("progress", { "aria-hidden": "true", max: electors.length, value: votes })));
    });
    return h("section.card", { id: name },
      h("div.title", {}, h("h2", { id: `${name}-title`, tabindex: -1 }, title), poll.confirmed && h("span.on", {}, "It’s on")),
      poll.confirmed ? [
        h("p.decided", {}, show(poll.confirmed)),
        poll.confirmed_votes && h("p.small.quiet", {}, voters(poll.confirmed_votes, poll.confirmed_voted, count)),
        poll.drafts[0] && h("details", {}, h("summary", {}, `The other ${thing}${poll.drafts[1] ? "s" : ""}`), options(false)),
      ] : [
        h("p", {}, standing(name, poll, electors)),
        leads ? h("div", {}, options(false)) : h("fieldset", {}, h("legend", {}, ask), options(true)),
        !leads && poll.choice === "one" && mine.size && h("button.link", { "data-do": "back", value: name }, "Take my vote back"),
      ]);
  };

  const SAID = { yes: "You come.", maybe: "You may come.", no: "You do not come, so your votes do not count." };
  const answers = () => h("div.answers", { role: "group", "aria-labelledby": "you-title" },
    [["yes", "✓", "Yes"], ["maybe", "?", "Maybe"], ["no", "✕", "No"]].map(([answer, sign, word]) =>
      h(`button.${answer}`, { "aria-pressed": String(my.answer === answer), "data-do": "answer", value: answer }, h("span", {}, h("span.sign", { "aria-hidden": "true" }, sign), ` ${word}`))));
  const group = (answer, sign, one, more) => {
    const members = people.filter((member) => member.answer === answer);
    return members[0] && h("div", {},
      h("h3", {}, h(`span.sign.${answer || "open"}`, { "aria-hidden": "true" }, sign), ` ${number(members.length)} ${members.length === 1 ? one : more}`),
      h("ul.people", {}, members.map((member) => h("li", {}, h("bdi", {}, member.name), member === my && " (you)", member === organiser && " (organises)"))));
  };

  paint(event.name, "wide",
    h("div.head", {},
      h("p.quiet", {}, leads ? "You invite" : [h("bdi", {}, organiser?.name), " invites you"]),
      h("h1", { tabindex: -1, dir: "auto" }, event.name),
      event.additional && h("p.note", { dir: "auto" }, event.additional)),
    section("date"),
    section("place"),
    !leads && h("section.card", { id: "you" }, h("h2", { id: "you-title", tabindex: -1 }, "Do you come?"),
      h("p.said", {}, SAID[my.answer] || "You have not said yet. You can change your mind later.", my.answer && !answering && h("button.link", { "data-do": "change" }, "Change")),
      (!my.answer || answering) && answers()),
    h("section.card", { id: "people" }, h("h2", { id: "people-title", tabindex: -1 }, "Who comes"),
      group("yes", "✓", "comes", "come"), group("maybe", "?", "may come", "may come"), group("no", "✕", "does not come", "do not come"), group(null, "…", "has not said", "have not said")),
    !leads && h("details.small", {}, h("summary", {}, "Leave this event"),
      h("p", {}, "Your answer and your votes go, and your link ends. Only the organiser can invite you again."),
      h("button", { "data-do": "leave" }, "Leave")));

  const open = (name) => !event[name][0].confirmed && !votesOf(event[name][0]).size;
  const left = [open("date") && ["date", "Vote on the day"], open("place") && ["place", "Vote on the place"], !my.answer && ["you", "Say whether you come"]];
  const [part, words] = (!leads && my.answer !== "no" && left.find(Boolean)) || [];
  next.hidden = !part;
  next.value = part;
  next.textContent = words;
}

function render() {
  if (!stored) return;
  const event = structuredClone(stored);
  for (const change of changes) change.apply(event);
  view(event);
  tell(status.textContent, status.className);
}

function tell(text = "", fault = "") {
  if (!stored) next.hidden = true;
  status.textContent = text;
  status.className = fault;
  bar.classList.toggle("shown", Boolean(text) || !next.hidden);
}

async function call(method, path = "", body) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  // A vote outlives the page that sent it.
  const options = { method, headers, body: body && JSON.stringify(body), credentials: "omit", keepalive: method !== "GET", signal: AbortSignal.timeout(20000) };
  const response = await fetch(`${base}/event/${id}${path}`, options);
  const answer = response.status === 204 ? {} : await response.json().catch(() => null);
  if (response.ok && answer) return answer.event;
  throw Object.assign(new Error(answer?.message), { status: response.ok ? 502 : response.status, code: answer?.code, wait: Number(response.headers.get("Retry-After")) });
}

function reason({ status, message, wait }) {
  const time = wait > 99 ? `${Math.ceil(wait / 60)} minutes` : wait ? `${wait} seconds` : "a moment";
  const later = `Please try again in ${time}.`;
  if (!status) return navigator.onLine ? `The service cannot be reached. ${later}` : "You are offline. Please try again when you are not.";
  if (status === 429) return `That was too much at once. ${later}`;
  if (status >= 500) return `The service does not work right now. ${later}`;
  return message || "Please try again.";
}

function ended({ status, code }) {
  if (code === "invitation_over") plainly("This invitation is over", "The organiser has invited you anew, taken you out or deleted the event, or it was long ago. Look for a newer mail, or ask the organiser.");
  else if (status === 401) plainly("This link does not work", "It may not be complete. Please open the link in the mail again.");
  else if (status === 404) plainly("This event is not there any more", "The organiser has deleted it, or you are no longer in it.");
  else return false;
  return true;
}

async function load(button) {
  const asked = token;
  if (button) button.textContent = "One moment …";
  try {
    const event = await call("GET");
    if (asked !== token || changes.length) return;
    stored = event;
    read = Date.now();
    render();
  } catch (error) {
    if (asked !== token || ended(error)) return;
    if (!stored) plainly("The invitation cannot be shown right now", reason(error), true);
  }
}

function change(wanted) {
  changes.push(wanted);
  tell();
  render();
  if (changes.length === 1) send();
}

async function send() {
  const queue = changes;
  while (queue.length) {
    const [{ method, path, body, done }] = queue;
    let event, wrong;
    try {
      event = await call(method, path, body);
    } catch (error) {
      wrong = error;
    }
    if (queue !== changes) return;
    queue.shift();
    if (event) {
      stored = event;
      tell(done(event));
    } else if (ended(wrong)) {
      return;
    } else if (wrong.status === 409) {
      tell(wrong.code === "poll_decided" ? "Too late: that is decided by now." : wrong.message, "bad");
      load();
    } else {
      tell(`That was not saved. ${reason(wrong)}`, "bad");
    }
    render();
  }
}

function vote(name, text, on) {
  aim = null;
  const apply = (event) => {
    const [poll] = event[name];
    const votes = votesOf(poll);
    if (poll.choice === "one") votes.clear();
    votes[on ? "add" : "delete"](text);
    poll.my_vote = poll.choice === "any" ? [...votes] : [...votes][0];
    for (const option of poll.drafts) {
      option.voted = option.voted.filter((voter) => voter !== me);
      if (votes.has(option[name])) option.voted.push(me);
      option.votes = option.voted.length;
    }
    poll.voters = new Set(poll.drafts.flatMap((option) => option.voted)).size;
  };
  const done = (event) => (event[name][0].confirmed ? `The ${POLLS[name].thing} is decided.` : on ? "Your vote is saved." : "Your vote is taken back.");
  change({ method: on ? "PUT" : "DELETE", path: "/vote", body: { event: { [name]: [{ confirmed: text }] } }, apply, done });
}

function answer(value) {
  answering = true;
  const apply = (event) => {
    const [members] = event.members;
    const my = [...members.confirmed, ...members.invited].find((member) => member.id === me);
    for (const list in members) members[list] = members[list].filter((member) => member !== my);
    members[value === "yes" ? "confirmed" : "invited"].push({ ...my, answer: value });
  };
  change({ method: "PUT", path: "/answer", body: { answer: value }, apply, done: () => "Your answer is saved." });
}

async function leave() {
  const { name } = stored;
  try {
    await call("DELETE", `/members/${me}`);
  } catch (error) {
    if (error.status !== 404) return ended(error) || tell(`You are still in. ${reason(error)}`, "bad");
  }
  plainly("You have left", `You are no longer in “${name}”, and the link in your mail has ended.`);
}

const DO = {
  load,
  answer: ({ value }) => answer(value),
  back: ({ value }) => vote(value, [...votesOf(stored[value][0])][0], false),
  leave,
  change: () => {
    answering = true;
    render();
    main.querySelector("[aria-pressed=true]").focus();
  },
};
main.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (button) DO[button.dataset.do](button);
});
next.addEventListener("click", () => {
  const part = $(next.value);
  part.scrollIntoView();
  (part.querySelector("input:checked") || part.querySelector("input, .answers button"))?.focus({ preventScroll: true });
});

let arrows = false;
const aimed = () => aim && vote(aim.name, aim.text, true);
main.addEventListener("pointerdown", ({ target }) => {
  arrows = false;
  // What is clicked is meant, not what the arrow keys stood on.
  if (target.closest("label")) aim = null;
});
main.addEventListener("keydown", ({ key }) => {
  arrows = key.startsWith("Arrow");
  if (key === "Enter" || key === " ") aimed();
});
main.addEventListener("change", ({ target: { type, name, value, checked } }) => {
  if (type === "checkbox" || !arrows) return vote(name, value, checked);
  aim = { name, text: value };
  tell("Press Enter to vote for it.");
});
main.addEventListener("focusout", ({ target, relatedTarget }) => target.type === "radio" && relatedTarget?.name !== target.name && aimed());
addEventListener("pagehide", aimed);
document.addEventListener("visibilitychange", () => !document.hidden && stored && Date.now() - read > 15000 && load());

const network = () => (offline.textContent = navigator.onLine ? "" : "You are offline. What you see may be old.");
addEventListener("offline", network);
addEventListener("online", () => (network(), id && load()));

function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  // The token is of no use to anybody who later looks at the screen or the history; a reload finds it in the tab's own storage,
  // if the browser lets pages have any.
  history.replaceState(null, "", location.pathname);
  token = given;
  try {
    if (given) sessionStorage.setItem("invitation", given);
    else token = sessionStorage.getItem("invitation");
  } catch {}
  [stored, aim, answering, changes] = [null, null, false, []];
  try {
    // Who may do what is the service's to judge; the page only has to know which event to ask for, and who asks.
    ({ event: id, sub: me } = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    [id, me] = [];
  }
  network();
  if ([id, me].every((part) => /^[\w-]+$/.test(part ?? ""))) load();
  else plainly(token ? "This link is not complete" : "Open the link in your mail", "This page shows what you are invited to. It opens with the link in the mail, as often as you like.");
}
// A second link that is opened in the same tab only changes the fragment.
addEventListener("hashchange", () => location.hash && start());
start();
