// Loaded only after consent. Reports that the page is seen, from where, and how long it is in view.
// The numbers stand in cookies that no script can read.
"use strict";
(() => {
  const { page } = document.currentScript.dataset;
  const { referrer } = document;
  let since = 0;
  let seen = false;

  const send = (more) =>
    navigator.sendBeacon("/visits/", new URLSearchParams({ page, ...more }));
  const pause = () => {
    const seconds = Math.round((performance.now() - since) / 1000);
    if (since && seconds) send({ seconds });
    since = 0;
  };
  const look = () => {
    if (document.visibilityState === "hidden") return pause();
    since = performance.now();
    if (!seen) send({ from: /^https?:/.test(referrer) ? new URL(referrer).hostname : "" });
    seen = true;
  };

  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", pause);
  look();
})();
