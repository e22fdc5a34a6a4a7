// Runs before any tag. A tag learns of the address only what was granted, and of the page before
// only its site.
"use strict";
(() => {
  const granted = document.currentScript.dataset.granted.split(" ");
  const address = new URL(location.href);
  for (const name of [...address.searchParams.keys()]) {
    if (!name.startsWith("utm_") && !granted.includes(name)) address.searchParams.delete(name);
  }
  history.replaceState(history.state, "", address);

  const site = /^https?:\/\/[^/]+\//.exec(document.referrer);
  Object.defineProperty(document, "referrer", { value: site ? site[0] : "" });
})();
