"use strict";
const message = document.getElementById("message");
const button = document.getElementById("confirm");
// The token is of no use to anybody who later looks at the screen or the history; a reload finds it in the entry's state.
const token = new URLSearchParams(location.search).get("token") || history.state;
history.replaceState(token, "", location.pathname);
if (button) button.hidden = !token;
if (!token) message.textContent = "Please open the link in the mail again.";
button?.addEventListener("click", async () => {
  button.disabled = true;
  message.textContent = "One moment …";
  try {
    const response = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
      credentials: "omit",
    });
    if (response.ok) {
      message.textContent = "Your new e-mail address is confirmed. From now on you log in with it, and mails go there.";
      button.hidden = true;
      return;
    }
    const body = await response.json();
    message.textContent = body.message || "That did not work. Please try again.";
    button.hidden = [400, 409, 410].includes(response.status);
  } catch {
    message.textContent = "The service cannot be reached. Please try again.";
  }
  button.disabled = false;
  button.focus();
});
