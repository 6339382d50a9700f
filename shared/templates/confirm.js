"use strict";
const message = document.getElementById("message");
const button = document.getElementById("confirm");
const url = location.href;
// The token is of no use to anybody who later looks at the screen or the history.
history.replaceState(null, "", location.pathname);
button.addEventListener("click", async () => {
  button.disabled = true;
  message.textContent = "One moment …";
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "omit" });
    if (response.ok) {
      message.textContent = "Your e-mail address is confirmed. You can log in now.";
      button.hidden = true;
      return;
    }
    const body = await response.json();
    message.textContent = body.message;
    button.hidden = response.status < 500;
  } catch {
    message.textContent = "The service cannot be reached. Please try again.";
  }
  button.disabled = false;
});
