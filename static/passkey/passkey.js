// On the page that asks for a passkey alone: fills the form with the answer of the browser's dialog.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  const failed = document.getElementById("failed");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
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
})();
