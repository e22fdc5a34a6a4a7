// Loaded only after consent. Back may revive a page after its consent has ended, with the scripts of
// others still at work: such a page may ask for nothing any more, and is fetched anew.
"use strict";
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "default-src 'none'";
  document.head.append(policy);
  location.reload();
});
