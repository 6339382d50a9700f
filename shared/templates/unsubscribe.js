"use strict";
const [message, note, button] = ["message", "note", "send"].map((id) => document.getElementById(id));
// The token is of no use to anybody who later looks at the screen or the history; a reload finds it in the entry's state.
// A link that does not work has no button, and leaves nothing behind.
const url = button && (location.search ? location.href : history.state);
history.replaceState(url, "", location.pathname);
if (button) button.hidden = !url;
if (message && !url) message.textContent = "Please open the link in the mail again.";
let stopped = false;
button?.addEventListener("click", async () => {
  button.disabled = true;
  message.textContent = "One moment …";
  try {
    const body = new URLSearchParams({ "List-Unsubscribe": stopped ? "Undo" : "One-Click" });
    const response = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body, credentials: "omit" });
    if (response.ok) {
      stopped = !stopped;
      message.textContent = stopped ? "Done. No more mails about events come to this address." : "Undone. Mails about events come to this address again.";
      note.hidden = true;
      button.textContent = stopped ? "Undo" : "Stop them";
      button.className = stopped ? "" : "first";
    } else {
      const answer = await response.json();
      message.textContent = answer.message || "That did not work. Please try again.";
      button.hidden = response.status === 400 || response.status === 410;
    }
  } catch {
    message.textContent = "The service cannot be reached. Please try again.";
  }
  button.disabled = false;
  button.focus();
});
