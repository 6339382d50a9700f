// Who comes, and whether the reader does.
import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/texts.js";
import { inWords, useFolded } from "./event-scene.js";
import { answerWith } from "./event-work.js";

/** @import { Answer } from "../lib/types.js" */
/** @import { Person, Scene } from "./event-scene.js" */

const ANSWERS = /** @type {const} */ ({ yes: "✓", maybe: "?", no: "✕" });

/** @param {{scene: Scene}} props */
export function EventAnswer({ scene: { my, queue } }) {
  const [open, setOpen] = useState(false);
  const buttons = useRef(/** @type {HTMLElement | null} */ (null));
  const answer = my?.answer ?? null;
  const asks = open || !answer;
  useLayoutEffect(() => {
    if (open) /** @type {HTMLElement | null | undefined} */ (buttons.current?.querySelector("[aria-pressed=true]"))?.focus();
  }, [open]);
  const say = (/** @type {Answer} */ answer) => {
    setOpen(true);
    answerWith(queue, answer);
  };
  return html`<section class="card" id="you" aria-labelledby="you-title">
    <h2 id="you-title" tabindex="-1">${t("event.come")}</h2>
    <p class="row">
      <span>${answer ? t(`event.said_${answer}`) : t("event.said_nothing")}</span>
      ${!asks && html`<button type="button" class="link" onClick=${() => setOpen(true)}>${t("event.change")}</button>`}
    </p>
    ${asks &&
    html`<div class="event-answers" role="group" aria-labelledby="you-title" ref=${buttons}>
      ${Object.entries(ANSWERS).map(([value, sign]) => html`
        <button type="button" class="event-${value}" value=${value} aria-pressed=${String(answer === value)} onClick=${() => say(/** @type {Answer} */ (value))}>
          <span><span class="event-sign" aria-hidden="true">${sign}</span>${t(`event.answer_${/** @type {Answer} */ (value)}`)}</span>
        </button>`)}
    </div>`}
  </section>`;
}

/** @param {{scene: Scene}} props */
export function EventPeople({ scene }) {
  const groups = /** @type {const} */ (["yes", "maybe", "no", null]);
  return html`<section class="card event-people" id="people" aria-labelledby="people-title">
    <h2 id="people-title" tabindex="-1">${t("event.people")}</h2>
    ${groups.map((answer) => html`<${PeopleGroup} key=${answer} scene=${scene} answer=${answer} />`)}
  </section>`;
}

/** @param {{scene: Scene, answer: Answer | null}} props */
function PeopleGroup({ scene: { people, my, organiser }, answer }) {
  const members = people.filter((person) => person.answer === answer);
  const [shown, more] = useFolded(members);
  if (!members.length) return null;
  const kind = answer ?? "open";
  const mark = (/** @type {Person} */ person) => [person === my && ` (${t("event.you")})`, person === organiser && html` <span class="quiet">${t("event.organises")}</span>`];
  return html`<div>
    <h3><span class="event-sign event-${kind}" aria-hidden="true">${answer ? ANSWERS[answer] : "…"}</span>${t(`event.people_${kind}`, { count: members.length, number: inWords(members.length) })}</h3>
    <ul>${shown.map((person) => html`<li key=${person.id}><bdi>${person.name}</bdi>${mark(person)}</li>`)}</ul>
    ${more}
  </div>`;
}
