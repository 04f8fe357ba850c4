/* leadline: what happens on this page, to the service that served this file.
   <script async src="https://HOST/track.js" data-key="lb_..."></script>
   No cookie, unless data-cookie is given; nothing at all where Do Not Track or GPC is set. */
(function () {
  var script = document.currentScript, host = new URL(script.src).origin;
  var key = script.dataset.key, remembers = 'cookie' in script.dataset;
  var early = window.leadline && window.leadline.q || [];
  if (navigator.doNotTrack === '1' || navigator.globalPrivacyControl) {
    window.leadline = function () {};
    return;
  }
  var id = function () {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (byte) {
      return ('0' + byte.toString(16)).slice(-2);
    }).join('');
  };
  var device = id(), user = null, waiting = [], sending = false, tries = 0;
  if (remembers) {
    var found = /(?:^|; )leadline=([0-9a-f]{32})/.exec(document.cookie);
    if (found) device = found[1];
    document.cookie = 'leadline=' + device + '; max-age=31536000; path=/; samesite=lax';
  }
  var body = function (messages) {
    return JSON.stringify({writeKey: key, sentAt: new Date().toISOString(), batch: messages});
  };
  var send = function () {
    if (sending || !waiting.length) return;
    var some = waiting.slice(0, 50);
    sending = true;
    fetch(host + '/v1/batch', {method: 'POST', body: body(some), keepalive: true})
      .then(function (answer) {
        if (answer.status === 429 || answer.status >= 500) throw answer;
        waiting.splice(0, some.length);
        tries = 0;
        sending = false;
        send();
      })
      .catch(function () {
        setTimeout(function () { sending = false; send(); }, 1000 * Math.pow(2, Math.min(tries++, 6)));
      });
  };
  var add = function (type, rest) {
    var message = {type: type, messageId: id(), anonymousId: device,
      timestamp: new Date().toISOString(), context: {page: {path: location.pathname,
        referrer: document.referrer, title: document.title, url: location.href}}};
    if (user) message.userId = user;
    waiting.push(Object.assign(message, rest));
    send();
  };
  var says = {
    page: function (properties) { add('page', {properties: properties || {}}); },
    track: function (event, properties) { add('track', {event: event, properties: properties || {}}); },
    identify: function (given, traits) { user = given || user; add('identify', {traits: traits || {}}); }
  };
  window.leadline = function (what) { says[what].apply(null, [].slice.call(arguments, 1)); };
  addEventListener('pagehide', function () {
    if (waiting.length) navigator.sendBeacon(host + '/v1/batch', body(waiting));
  });
  var push = history.pushState;
  history.pushState = function () { push.apply(history, arguments); says.page(); };
  addEventListener('popstate', function () { says.page(); });
  says.page();
  early.forEach(function (call) { window.leadline.apply(null, call); });
})();
