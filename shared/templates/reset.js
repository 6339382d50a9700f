"use strict";
const [form, password, shown, send, message] = ["form", "password", "shown", "send", "message"].map((id) => document.getElementById(id));
// The token is of no use to anybody who later looks at the screen or the history; a reload finds it in the entry's state.
const token = new URLSearchParams(location.search).get("token") || history.state;
history.replaceState(token, "", location.pathname);
form.hidden = !token;
if (!token) message.textContent = "Please open the link in the mail again.";
// Names the request, so that it can be sent again after a lost answer; another password is another request.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let key = newKey();
password.addEventListener("input", () => (key = newKey()));
shown.addEventListener("change", () => (password.type = shown.checked ? "text" : "password"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  send.disabled = true;
  message.textContent = "One moment …";
  try {
    const response = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ token, new_password: password.value }),
      credentials: "omit",
    });
    if (response.ok) {
      message.textContent = "Your password is set, and all sessions have ended. You can log in now.";
      form.hidden = true;
      return;
    }
    const body = await response.json();
    const faults = (body.errors || []).map((fault) => (fault.field === "token" ? "This link is not complete." : `The password ${fault.message}.`));
    message.textContent = faults.join(" ") || body.message || "That did not work. Please try again.";
    form.hidden = response.status === 410;
  } catch {
    message.textContent = "The service cannot be reached. Please try again.";
  }
  send.disabled = false;
  password.focus();
});
