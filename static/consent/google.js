// Loaded only after consent. Consent Mode in its basic form: everything is denied by default, then
// exactly what was granted is allowed, and only then is Google's own script asked for.
"use strict";
(() => {
  const own = document.currentScript.dataset;
  const ids = own.ids.split(" ");
  const granted = own.granted.split(" ");
  const parameters = [
    "ad_storage", "ad_user_data", "ad_personalization", "analytics_storage",
    "functionality_storage", "personalization_storage", "security_storage",
  ];
  const thirteenMonths = 395 * 24 * 3600;

  window.dataLayer = window.dataLayer || [];
  function gtag() {
    window.dataLayer.push(arguments);
  }
  window.gtag = gtag;

  gtag("set", "ads_data_redaction", true);
  gtag("set", "url_passthrough", false);
  gtag("set", { page_location: location.href, page_referrer: document.referrer });
  gtag("consent", "default", Object.fromEntries(parameters.map((name) => [name, "denied"])));
  gtag("consent", "update", Object.fromEntries(granted.map((name) => [name, "granted"])));
  gtag("js", new Date());
  for (const id of ids) {
    gtag("config", id, {
      cookie_expires: thirteenMonths,
      cookie_update: false,
      allow_google_signals: granted.includes("ad_personalization"),
      allow_ad_personalization_signals: granted.includes("ad_personalization"),
    });
  }

  const script = document.createElement("script");
  script.async = true;
  script.src = `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(ids[0])}`;
  document.head.append(script);
})();
