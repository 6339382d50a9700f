// The votes as a table, where there is room for it: people as rows, the reader first, and options as columns.
import { html, useMemo } from "../vendor/preact.js";
import { language, t } from "../lib/texts.js";
import { Choose } from "./event-decide.js";
import { optionName, Share, useFolded } from "./event-scene.js";
import { vote } from "./event-work.js";

/** @import { PollProps } from "./event-polls.js" */

/** The least width of the columns, in rem. It does not hang on what is in them, so that hundreds of rows need not be measured. */
const NAME_WIDTH = 8.5;
const OPTION_WIDTH = 7.5;

/** @param {PollProps} props */
export function VoteTable({ scene, topic, poll }) {
  const { electors, me, my, leads, queue } = scene;
  const { options } = poll;
  const sets = options.map(({ voted }) => new Set(voted));
  const marksOf = (/** @type {string} */ id) => sets.map((set) => (set.has(id) ? "1" : "0")).join("");
  const others = electors.filter(({ id }) => id !== me).map(({ id, name }) => ({ id, name, marks: marksOf(id) }));
  // Those who have voted say something, those who have not do not.
  const [shown, more] = useFolded([...others.filter(({ marks }) => marks.includes("1")), ...others.filter(({ marks }) => !marks.includes("1"))]);
  return html`
    ${!leads && html`<p class="quiet" id="${topic}-how">${t(`event.${topic}.any`)}</p>`}
    <div class="event-grid" role="group" tabindex="0" aria-labelledby="${topic}-title">
      <table style=${{ width: `max(100%, ${NAME_WIDTH + OPTION_WIDTH * options.length}rem)` }}>
        <thead>
          <tr>
            <td></td>
            ${options.map((option, at) => html`<th scope="col" key=${option.text}>
              <span id="${topic}-${at}-name">${optionName(topic, option.text, "short")}</span>
              <span class="small quiet" id="${topic}-${at}-votes">${t("event.count", { count: option.voted.length, all: electors.length })}</span>
              <${Share} scene=${scene} option=${option} />
            </th>`)}
          </tr>
        </thead>
        <tbody>
          ${my && !leads && html`<tr class="event-own">
            <th scope="row">${t("event.you_first")}</th>
            ${options.map(({ text }, at) => html`<td key=${text}>
              <label><input type="checkbox" id="${topic}-${at}" checked=${poll.mine.has(text)} aria-labelledby="${topic}-${at}-name" aria-describedby="${topic}-${at}-votes"
                onChange=${(/** @type {any} */ { target }) => vote(queue, topic, text, target.checked)} /></label>
            </td>`)}
          </tr>`}
          ${shown.map(({ id, name, marks }) => html`<${VoterRow} key=${id} name=${name} marks=${marks} />`)}
        </tbody>
        ${leads && html`<tfoot><tr>
          <td></td>
          ${options.map(({ text }, at) => html`<td key=${text}><${Choose} scene=${scene} topic=${topic} option=${text} id="${topic}-${at}" /></td>`)}
        </tr></tfoot>`}
      </table>
    </div>
    ${more}`;
}

/** A row of somebody else's. With hundreds of them those that stay as they are are not looked at again. @param {{name: string, marks: string}} props */
function VoterRow({ name, marks }) {
  return useMemo(() => html`<tr>
    <th scope="row"><bdi>${name}</bdi></th>
    ${marks.includes("1")
      ? [...marks].map((mark) => mark === "1"
        ? html`<td><span class="event-yes" role="img" aria-label=${t("event.for_it")}>✓</span></td>`
        : html`<td><span class="quiet" role="img" aria-label=${t("event.not_for_it")}>–</span></td>`)
      : html`<td class="quiet small" colspan=${marks.length}>${t("event.not_voted")}</td>`}
  </tr>`, [name, marks, language.value]);
}
