// The polls on the day and on the place.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { box, useBox } from "../lib/box.js";
import { listed, rich, t } from "../lib/texts.js";
import { Choose, Reopen } from "./event-decide.js";
import { VoteTable } from "./event-table.js";
import { inWords, optionName, otherStands, Share, TOPICS, voters } from "./event-scene.js";
import { vote } from "./event-work.js";

/** @import { Topic } from "../lib/types.js" */
/** @import { Option, Poll, Scene } from "./event-scene.js" */

/** @typedef {{scene: Scene, topic: Topic, poll: Poll}} PollProps */

/** Whether there is room for a table of people and options. */
const roomy = matchMedia("(min-width: 45rem)");
const hasRoom = box(roomy.matches);
roomy.addEventListener("change", () => hasRoom.set(roomy.matches));

/** @param {{scene: Scene, topic: Topic}} props */
export function PollCard({ scene, topic }) {
  const poll = scene.polls[topic];
  const props = { scene, topic, poll };
  return html`<section class="card" id=${topic} aria-labelledby="${topic}-title">
    <div class="row between event-title">
      <h2 id="${topic}-title" tabindex="-1">${t(`event.${topic}.title`)}</h2>
      ${poll.confirmed && html`<span class="event-on">${t("event.on")}</span>`}
    </div>
    ${poll.confirmed ? html`<${DecidedPoll} ...${props} />` : html`<${OpenPoll} ...${props} />`}
  </section>`;
}

/** @param {PollProps} props */
function DecidedPoll({ scene, topic, poll }) {
  const { options, confirmed, confirmedVoted } = poll;
  return html`
    <p class="event-decided">${optionName(topic, confirmed)}</p>
    ${confirmedVoted.length > 0 && html`<p class="small quiet">${voters(scene, confirmedVoted)}</p>`}
    ${options.length > 0 &&
    html`<details>
      <summary>${t(`event.${topic}.others`, { count: options.length })}</summary>
      <${OptionList} scene=${scene} topic=${topic} poll=${poll} />
    </details>`}
    ${scene.leads && html`<${Reopen} scene=${scene} topic=${topic} />`}`;
}

/** @param {PollProps} props */
function OpenPoll(props) {
  const { scene, topic, poll } = props;
  const table = useBox(hasRoom) && poll.choice === "any";
  if (!poll.options.length) return html`<p>${t(`event.${topic}.none`)}</p>`;
  // What deciding does is said once.
  const isFirst = TOPICS.find((topic) => !scene.polls[topic].confirmed) === topic;
  const votes = scene.leads ? html`<${OptionList} ...${props} />` : poll.choice === "any" ? html`<${Ticks} ...${props} />` : html`<${Radios} ...${props} />`;
  return html`
    <p class="event-says">${standing(props)}</p>
    ${scene.leads && isFirst && html`<p class="hint">${t(otherStands(scene, topic) ? "event.choosing_mails" : "event.choosing")}</p>`}
    ${table ? html`<${VoteTable} ...${props} />` : votes}`;
}

/** How the votes stand, in words. @param {PollProps} props */
function standing({ scene: { electors, me }, topic, poll: { options, choice, voters, mine } }) {
  const all = electors.length;
  const most = Math.max(...options.map(({ voted }) => voted.length));
  if (!most) return t("event.nobody_voted");
  const leading = options.filter(({ voted }) => voted.length === most).map(({ text }) => html`<b>${optionName(topic, text)}</b>`);
  const values = { options: html`<span>${listed(leading)}</span>`, count: most, all };
  const lead = leading.length > 3
    ? t(`event.${topic}.tie`, { count: leading.length, number: inWords(leading.length), votes: most, all })
    : leading.length > 1 ? rich("event.tie", { ...values, votes: most })
    : rich(topic === "date" && choice === "any" ? "event.date.can" : "event.leads", values);
  const silent = all - voters;
  const mineToo = !mine.size && electors.some(({ id }) => id === me);
  if (silent < 1) return [lead, " ", t("event.all_voted")];
  if (silent === 1 && mineToo) return [lead, " ", t("event.you_silent")];
  return [lead, " ", t(mineToo ? "event.silent_too" : "event.silent", { count: silent, number: inWords(silent) })];
}

/** @param {PollProps & {option: Option, id: string}} props */
function OptionText({ scene, topic, option, id }) {
  return html`<b id="${id}-name">${optionName(topic, option.text)}</b>
    <span class="event-votes small quiet">
      <span id="${id}-votes">${voters(scene, option.voted)}</span>
      ${option.voted.length > 0 && html`<${Share} scene=${scene} option=${option} />`}
    </span>`;
}

/** The options of which the reader cannot vote for any, with a button for who may decide. @param {PollProps} props */
function OptionList(props) {
  const { scene, topic, poll } = props;
  return html`<ul>
    ${poll.options.map((option, at) => {
      const id = `${topic}-${at}`;
      return html`<li class="event-option" key=${option.text}>
        <${OptionText} ...${props} option=${option} id=${id} />
        ${scene.leads && html`<${Choose} scene=${scene} topic=${topic} option=${option.text} id=${id} />`}
      </li>`;
    })}
  </ul>`;
}

/** @param {PollProps} props */
function Ticks(props) {
  const { scene, topic, poll } = props;
  return html`<fieldset>
    <legend class="quiet">${t(`event.${topic}.any`)}</legend>
    ${poll.options.map((option, at) => {
      const id = `${topic}-${at}`;
      return html`<label class="event-option" key=${option.text}>
        <input type="checkbox" id=${id} checked=${poll.mine.has(option.text)} aria-labelledby="${id}-name" aria-describedby="${id}-votes"
          onChange=${(/** @type {any} */ { target }) => vote(scene.queue, topic, option.text, target.checked)} />
        <${OptionText} ...${props} option=${option} id=${id} />
      </label>`;
    })}
  </fieldset>`;
}

/**
 * What the arrow keys stand on. Going through radio buttons ticks each of them, and a vote can decide: so it counts when one leaves them, or
 * presses Enter.
 * @param {PollProps} props
 */
function useAim({ scene: { queue }, topic }) {
  const [aim, setAim] = useState("");
  const now = useRef("");
  const arrows = useRef(false);
  const stand = (/** @type {string} */ option) => {
    now.current = option;
    setAim(option);
  };
  const settle = (option = now.current) => {
    if (option) vote(queue, topic, option, true);
    stand("");
  };
  useEffect(() => {
    const leave = () => settle();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [queue, topic]);
  const listeners = {
    onPointerDown(/** @type {any} */ { target }) {
      arrows.current = false;
      // What is clicked is meant, not what the arrow keys stood on.
      if (target.closest("label")) stand("");
    },
    onKeyDown(/** @type {KeyboardEvent} */ { key }) {
      arrows.current = key.startsWith("Arrow");
      if (key === "Enter" || key === " ") settle();
    },
    onChange(/** @type {any} */ { target }) {
      if (!arrows.current) return settle(target.value);
      stand(target.value);
      queue.say(t("event.enter"), "plain");
    },
    onFocusOut(/** @type {any} */ { relatedTarget }) {
      if (relatedTarget?.name !== topic) settle();
    },
  };
  return { aim, listeners };
}

/** @param {PollProps} props */
function Radios(props) {
  const { scene, topic, poll } = props;
  const { aim, listeners } = useAim(props);
  const [mine] = poll.mine;
  const back = () => {
    /** @type {HTMLElement | null} */ (document.getElementById(`${topic}-title`))?.focus();
    vote(scene.queue, topic, /** @type {string} */ (mine), false);
  };
  return html`
    <fieldset ...${listeners}>
      <legend class="quiet">${t(`event.${topic}.one`)}</legend>
      ${poll.options.map((option, at) => {
        const id = `${topic}-${at}`;
        const { text } = option;
        return html`<label class="event-option" key=${text}>
          <input type="radio" name=${topic} id=${id} value=${text} checked=${aim ? aim === text : text === mine} aria-labelledby="${id}-name" aria-describedby="${id}-votes" />
          <${OptionText} ...${props} option=${option} id=${id} />
        </label>`;
      })}
    </fieldset>
    ${mine !== undefined && html`<button type="button" class="link event-left" onClick=${back}>${t("event.take_back")}</button>`}`;
}
