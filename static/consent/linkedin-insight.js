// Loaded only after consent.
"use strict";
(() => {
  window._linkedin_data_partner_ids = document.currentScript.dataset.ids.split(" ");
  const script = document.createElement("script");
  script.async = true;
  script.src = "https://snap.licdn.com/li.lms-analytics/insight.min.js";
  document.head.append(script);
})();
