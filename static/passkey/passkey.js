// On the page that asks for a passkey alone: fills the form with the answer of the browser's dialog.
// It stands before the form, so that nobody can press the button before somebody listens.
"use strict";
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.passkey) return; // the banner's
  event.preventDefault();
  const failed = document.getElementById("failed");
  failed.hidden = true;
  try {
    const ask = window.webauthnJSON[form.dataset.passkey];
    const answer = await ask(JSON.parse(form.dataset.options));
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    failed.hidden = false;
  }
});
