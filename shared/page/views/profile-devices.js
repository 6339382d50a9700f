// Where one is logged in.
import { html } from "../vendor/preact.js";
import { Fault } from "../lib/api.js";
import { useLoaded } from "../lib/load.js";
import { Action, Failure, Instead, Waiting } from "../lib/parts.js";
import { go } from "../lib/router.js";
import { ask, end } from "../lib/session.js";
import { rich, t } from "../lib/texts.js";
import { moment } from "../lib/when.js";

/** @import { Session } from "../lib/types.js" */

/** The first that fits is it: most programs claim to be others too. */
const BROWSERS = /** @type {const} */ ([["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["Chrome", "Chrome"], ["CriOS", "Chrome"], ["Safari", "Safari"]]);
const SYSTEMS = /** @type {const} */ ([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Macintosh", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]]);

/** A program as a person would call it; what it says itself, if it is none that is known. @param {string} agent */
function deviceOf(agent) {
  const [browser, system] = [BROWSERS, SYSTEMS].map((names) => names.find(([sign]) => agent.includes(sign))?.[1]);
  return browser && system ? t("profile.device", { browser, system }) : agent || t("profile.unknown");
}

export function Devices() {
  const { data, error, reload, set } = useLoaded("sessions", async (signal) => /** @type {(Session & {over?: boolean})[]} */ ((await ask("GET", "token", { signal })).body.sessions));
  if (!data) return error == null ? html`<${Waiting} />` : html`<${Failure} error=${error} again=${reload} />`;
  const endOne = async (/** @type {string} */ id) => {
    try {
      await ask("DELETE", `token/${id}`);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "no_such_session") throw error;
    }
    set((old) => old.map((session) => (session.id === id ? { ...session, over: true } : session)));
  };
  const endAll = async () => {
    await ask("POST", "token/revoke", { body: { all: true } });
    end();
    go("/", true);
  };
  return html`
    <ul class="card list">
      ${data.map(({ id, agent, address, created_at, last_used_at, current, over }) => html`<li key=${id} class="row between">
        <div>
          <p class="strong">${deviceOf(agent)}${current && html` <span class="quiet">${t("profile.thisOne")}</span>`}</p>
          <p class="small quiet">${rich("profile.used", { when: moment(last_used_at) })}</p>
          <p class="small quiet">${rich("profile.begun", { when: moment(created_at), address })}</p>
        </div>
        ${over ? html`<${Instead}>${t("profile.over")}<//>` : !current && html`<${Action} act=${() => endOne(id)} aria-label=${`${t("profile.endOne")}: ${deviceOf(agent)}`}>${t("profile.endOne")}<//>`}
      </li>`)}
    </ul>
    <p>${t("profile.endAllWhat")}</p>
    <div class="row"><${Action} kind="danger" act=${endAll}>${t("profile.endAll")}<//></div>`;
}
