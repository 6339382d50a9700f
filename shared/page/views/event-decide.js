// What the organiser does with a poll: decides, decides otherwise, and opens it again. Where that mails everybody, a question is asked before.
import { html, useState } from "../vendor/preact.js";
import { Action, Question } from "../lib/parts.js";
import { t } from "../lib/texts.js";
import { spoken } from "../lib/when.js";
import { otherStands } from "./event-scene.js";

/** @import { Topic } from "../lib/types.js" */
/** @import { Scene } from "./event-scene.js" */

/**
 * The button that decides for an option, which is named by the element with that id and "-name".
 * @param {{scene: Scene, topic: Topic, option: string, id: string}} props
 */
export function Choose({ scene, topic, option, id }) {
  const [asks, setAsks] = useState(false);
  const { queue, polls } = scene;
  const act = () => queue.act("PUT", "/vote", { event: { [topic]: [{ confirmed: option }] } });
  const name = topic === "date" ? spoken(option) : option;
  const attributes = { id: `${id}-do`, "aria-labelledby": `${id}-do ${id}-name` };
  if (!otherStands(scene, topic)) return html`<${Action} act=${act} ...${attributes}>${t("event.choose")}<//>`;
  return html`<button type="button" ...${attributes} onClick=${() => setAsks(true)}>${t("event.choose")}</button>
    ${asks &&
    html`<${Question} kind="first" title=${t("event.choose_title", { option: name })} yes=${t("event.choose_yes")} act=${act} close=${() => setAsks(false)}>
      <p>${t(polls[topic].confirmed ? "event.choose_other" : "event.choose_last")}</p>
    <//>`}`;
}

/** @param {{scene: Scene, topic: Topic}} props */
export function Reopen({ scene, topic }) {
  const [asks, setAsks] = useState(false);
  const act = () => scene.queue.act("DELETE", "/vote", { event: { [topic]: [{ confirmed: scene.polls[topic].confirmed }] } });
  return html`<button type="button" class="link event-left" onClick=${() => setAsks(true)}>${t("event.reopen")}</button>
    ${asks &&
    html`<${Question} kind="first" title=${t(`event.${topic}.reopen`)} yes=${t("event.reopen")} act=${act} close=${() => setAsks(false)}>
      <p>${t(otherStands(scene, topic) ? "event.reopen_mails" : "event.reopen_quiet")}</p>
    <//>`}`;
}
