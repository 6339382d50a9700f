// The organiser's tools. They are folded away, so that the page stays quiet.
import { html, useState } from "../vendor/preact.js";
import { Fault } from "../lib/api.js";
import { keep, recall } from "../lib/kept.js";
import { Failure, Field, Notice, Question, useAction } from "../lib/parts.js";
import { listed, rich, t } from "../lib/texts.js";
import { TOPICS } from "./event-scene.js";

/** @import { ComponentChildren } from "../vendor/preact.js" */
/** @import { TextKey, Topic } from "../lib/types.js" */
/** @import { Person, Scene } from "./event-scene.js" */

/** @typedef {{scene: Scene}} ToolProps */

/** So many options has a poll at most. */
const MOST_PROPOSED = 50;

/** @param {ToolProps} props */
export function Organise({ scene }) {
  const { polls, people } = scene;
  const members = people.length > 1;
  return html`<section class="card" id="organise" aria-labelledby="organise-title">
    <details class="event-organise">
      <summary><h2 id="organise-title" tabindex="-1">${t("event.organise.title")}</h2></summary>
      <${Tool} title="event.organise.text"><${TextTool} scene=${scene} /><//>
      ${TOPICS.filter((topic) => !polls[topic].confirmed && polls[topic].options.length < MOST_PROPOSED).map((topic) => html`
        <${Tool} key=${topic} title="event.organise.${topic}"><${OptionTool} scene=${scene} topic=${topic} /><//>`)}
      <${Tool} title="event.organise.invite"><${InviteTool} scene=${scene} /><//>
      ${members && html`<${Tool} title="event.organise.member"><${MemberTool} scene=${scene} /><//>
        <${Tool} title="event.organise.hand_over"><${HandOverTool} scene=${scene} /><//>`}
      <${Tool} title="event.organise.delete"><${DeleteTool} scene=${scene} /><//>
    </details>
  </section>`;
}

/** @param {{title: TextKey, children?: ComponentChildren}} props */
function Tool({ title, children }) {
  return html`<details><summary>${t(title)}</summary><div class="stack">${children}</div></details>`;
}

/**
 * What is typed. A reload finds it again.
 * @param {string} key
 * @param {string} [initial]
 * @returns {[string, (value: string | null) => void]} with null it is what it was at first
 */
function useTyped(key, initial = "") {
  const [value, setValue] = useState(() => recall(key, true));
  const change = (/** @type {string | null} */ next) => {
    keep(key, next || null, true);
    setValue(next);
  };
  return [value ?? initial, change];
}

/**
 * A form that says what has become of it.
 * @param {{label: string, act: () => Promise<ComponentChildren>, children?: ComponentChildren}} props what `act` comes to is shown
 */
function ToolForm({ label, act, children }) {
  const [done, setDone] = useState(/** @type {ComponentChildren} */ (null));
  const { busy, error, run } = useAction(async () => {
    setDone(null);
    setDone(await act());
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    run(undefined);
  };
  return html`<form class="stack" onSubmit=${submit} onInput=${() => setDone(null)}>
    ${children}
    ${error != null && html`<${Failure} error=${error} />`}
    ${done && html`<${Notice} kind="good"><p>${done}</p><//>`}
    <button type="submit" class="event-left" aria-disabled=${busy ? "true" : undefined}>${label}</button>
  </form>`;
}

/** @param {ToolProps} props */
function TextTool({ scene: { event, queue } }) {
  const [name, setName] = useTyped(`draft.${event.id} name`, event.name);
  const [text, setText] = useTyped(`draft.${event.id} text`, event.additional);
  const act = async () => {
    await queue.act("PATCH", "", { event: { name, additional: text } });
    setName(null);
    setText(null);
    return t("parts.saved");
  };
  return html`<${ToolForm} label=${t("event.organise.save")} act=${act}>
    <${Field} label=${t("event.organise.name_label")}>${(/** @type {any} */ attributes) => html`<input ...${attributes} required maxlength="100" value=${name} onInput=${(/** @type {any} */ { target }) => setName(target.value)} />`}<//>
    <${Field} label=${t("event.organise.text_label")}>${(/** @type {any} */ attributes) => html`<textarea ...${attributes} maxlength="4000" value=${text} onInput=${(/** @type {any} */ { target }) => setText(target.value)}></textarea>`}<//>
  <//>`;
}

/** @param {ToolProps & {topic: Topic}} props */
function OptionTool({ scene: { event, queue, polls }, topic }) {
  const [option, setOption] = useTyped(`draft.${event.id} ${topic}`);
  const [time, setTime] = useTyped(`draft.${event.id} time`);
  const act = async () => {
    const before = polls[topic].options.length;
    const text = topic === "date" && time ? `${option}T${time}` : option;
    const next = await queue.act("PATCH", "", { event: { [topic]: [{ drafts: [{ [topic]: text }] }] } });
    setOption(null);
    return t(next[topic][0].drafts.length > before ? "event.organise.added" : "event.organise.there");
  };
  const input = (/** @type {Record<string, string | boolean>} */ rest, /** @type {string} */ value, /** @type {(value: string) => void} */ change) => (/** @type {any} */ attributes) =>
    html`<input ...${attributes} ...${rest} value=${value} onInput=${(/** @type {any} */ { target }) => change(target.value)} />`;
  return html`<${ToolForm} label=${t("event.organise.add")} act=${act}>
    ${topic === "place"
      ? html`<${Field} label=${t("event.organise.place_label")}>${input({ required: true, maxlength: "200" }, option, setOption)}<//>`
      : html`<div class="row">
          <${Field} label=${t("event.organise.date_label")}>${input({ type: "date", required: true, max: "9999-12-31" }, option, setOption)}<//>
          <${Field} label=${t("event.organise.time_label")}>${input({ type: "time" }, time, setTime)}<//>
        </div>`}
  <//>`;
}

/** The fault, told in our words if people are why. @param {unknown} error @param {string[]} invited */
function explained(error, invited) {
  if (!(error instanceof Fault) || error.code !== "invalid") return error;
  const names = error.errors.map(({ field }) => invited[Number(field.match(/^invited\[(\d+)\]/)?.[1])]).filter(Boolean);
  return new Fault(400, { message: names.length ? t("event.organise.unknown", { names: names.join(", ") }) : t("event.organise.full") });
}

/** @param {ToolProps} props */
function InviteTool({ scene: { event, queue, names } }) {
  const [typed, setTyped] = useTyped(`draft.${event.id} invite`);
  const act = async () => {
    const invited = typed.split(/[\s,;]+/).filter(Boolean);
    if (!invited.length) return null;
    const next = await queue.act("POST", "/members", { invited }).catch((error) => {
      throw explained(error, invited);
    });
    setTyped(null);
    const fresh = [...next.members[0].invited, ...next.members[0].confirmed].filter(({ id }) => !names.has(id)).map(({ name }) => html`<bdi>${name}</bdi>`);
    return fresh.length ? rich("event.organise.invited", { names: html`<span>${listed(fresh)}</span>` }) : t("event.organise.in_already");
  };
  return html`<${ToolForm} label=${t("event.organise.invite_do")} act=${act}>
    <${Field} label=${t("event.organise.who_label")} hint=${t("event.organise.who_hint")}>
      ${(/** @type {any} */ attributes) => html`<input ...${attributes} required autocapitalize="none" autocomplete="off" spellcheck=${false} value=${typed} onInput=${(/** @type {any} */ { target }) => setTyped(target.value)} />`}
    <//>
  <//>`;
}

/** @param {{people: Person[], value: string, change: (id: string) => void}} props */
function PersonSelect({ people, value, change }) {
  return html`<${Field} label=${t("event.organise.somebody")}>${(/** @type {any} */ attributes) => html`
    <select ...${attributes} required value=${value} onChange=${(/** @type {any} */ { target }) => change(target.value)}>
      <option value="">${t("event.organise.pick")}</option>
      ${people.map(({ id, name, username }) => html`<option key=${id} value=${id}>${name}${username && username !== name ? ` (${username})` : ""}</option>`)}
    </select>`}<//>`;
}

/** Somebody of these people, as long as they are among them. @param {Person[]} people @returns {[Person | undefined, (id: string) => void]} */
function usePerson(people) {
  const [id, setId] = useState("");
  return [people.find((person) => person.id === id), setId];
}

/** @param {ToolProps} props */
function MemberTool({ scene: { people, organiser, queue } }) {
  const others = people.filter((person) => person !== organiser);
  const [person, pick] = usePerson(others);
  const [asks, setAsks] = useState(false);
  const again = async () => {
    await queue.act("POST", "/members", { invited: [{ id: person?.id, again: true }] });
    return t("event.organise.mailed");
  };
  const takeOut = async () => {
    await queue.act("DELETE", `/members/${person?.id}`);
    setAsks(false);
    queue.reload();
  };
  return html`<${ToolForm} label=${t("event.organise.again")} act=${again}>
      <${PersonSelect} people=${others} value=${person?.id ?? ""} change=${pick} />
      <p class="hint">${t("event.organise.again_hint")}</p>
    <//>
    ${person && html`<button type="button" class="danger event-left" onClick=${() => setAsks(true)}>${t("event.organise.take_out", { name: person.name })}</button>`}
    ${person && asks &&
    html`<${Question} title=${t("event.organise.take_out_title", { name: person.name })} yes=${t("event.organise.take_out_yes")} act=${takeOut} close=${() => setAsks(false)}>
      <p>${t("event.organise.take_out_text")}</p>
    <//>`}`;
}

/** @param {ToolProps} props */
function HandOverTool({ scene: { people, organiser, queue } }) {
  const able = people.filter((person) => person !== organiser && person.username && person.answer !== "no");
  const [person, pick] = usePerson(able);
  const [asks, setAsks] = useState(false);
  if (!able.length) return html`<p>${t("event.organise.nobody_able")}</p>`;
  const ask = async () => setAsks(true);
  return html`<p>${t("event.organise.hand_over_text")}</p>
    <${ToolForm} label=${t("event.organise.hand_over_do")} act=${ask}><${PersonSelect} people=${able} value=${person?.id ?? ""} change=${pick} /><//>
    ${person && asks &&
    html`<${Question} kind="first" title=${t("event.organise.hand_over_title", { name: person.name })} yes=${t("event.organise.hand_over_yes")} act=${() => queue.act("PUT", "/organiser", { id: person.id })} close=${() => setAsks(false)}>
      <p>${t("event.organise.hand_over_after")}</p>
    <//>`}`;
}

/** @param {ToolProps} props */
function DeleteTool({ scene: { event, queue } }) {
  const [asks, setAsks] = useState(false);
  const act = async () => {
    await queue.act("DELETE", "");
    queue.set(undefined);
    queue.end({ word: "deleted", name: event.name });
  };
  return html`<p>${t("event.organise.delete_text")}</p>
    <button type="button" class="danger event-left" onClick=${() => setAsks(true)}>${t("event.organise.delete_do")}</button>
    ${asks &&
    html`<${Question} title=${t("event.organise.delete_title", { name: event.name })} yes=${t("event.organise.delete_yes")} act=${act} close=${() => setAsks(false)}>
      <p>${t("event.organise.delete_after")}</p>
    <//>`}`;
}
