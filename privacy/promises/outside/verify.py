#!/usr/bin/env python3
"""Look at a website from outside: does it do what its privacy policy says?

    python3 verify.py https://www.example.com [--state FILE] [--json]

A line for each promise, by its id on the site's own list; exit status 0: all kept, 1: one broken,
2: could not look. --state keeps what was seen: the next run notices a history that was rewritten.
It sends one form empty, and no, yes, no to cookies: what it leaves is a receipt of that yes and no.
"""
import argparse, base64, concurrent.futures, datetime, email.utils, hashlib, html.parser, inspect
import json, pathlib, re, ssl, sys, time, urllib.request
from urllib.parse import quote, urlencode, urljoin, urlsplit

POLICY, LEGAL, FORM, JOIN = "/privacy/", "/legal/", "/contact/webmaster/", "/accounts/register/"
CHOOSE, RECEIPT = "/cookies/choose/", "/cookies/receipt/consent-receipt.json"
MEMBERS = ("/accounts/delete/", "/accounts/profile/", "/accounts/data/", "/admin/")
LOADS = ("action", "background", "data", "formaction", "ping", "poster", "src", "srcset")
LOGS = ("/privacy/log/heads", "/privacy/log/key", "/privacy/log.txt", "/privacy/promises/log.txt")
CARD = """about company email kind marketing message model name next order_number password1 phone
photos position serial_number shown site subject_line text topics username wants_contact"""
class Answer(html.parser.HTMLParser):  # what the site answered, and what a browser makes of it
    def __init__(self, path, origin, answer, known):
        super().__init__()
        self.path, self.status, self.head, self.tags = path, answer.status, str(answer.headers), []
        self.body = answer.read(65536 if "attachment" in self.head else -1)  # files may be large
        if self.status in (429, 502, 503, 504): raise OSError(f"{path} answered {self.status}")
        if self.body == known: return  # what it says has been read already
        self.text, self.header = self.body.decode("utf-8", "replace"), answer.headers.get
        self.kind, self.form, host = self.header("Content-Type", ""), "", urlsplit(origin).netloc
        self.feed(self.text if "html" in self.kind else "")
        self.cookies = dict(re.findall(r"(?im)^set-cookie:\s*([^=\s]+)=([^;\r\n]*)", self.head))
        self.scripts = [tag for tag, a in self.tags if tag == "script" and "json" not in a["type"]]
        named = [v for _, a in self.tags for k in LOADS for v in a.get(k, "").split()]
        named += [a["href"] for t, a in self.tags if t == "link" and a.get("rel") != "canonical"]
        named += re.findall(r"url\(['\" ]*([^'\")]+)", self.text if "css" in self.kind else "")
        self.foreign = [one for one in named if urlsplit(one).netloc not in ("", host)]
        named = re.findall(r"(?<!;) ([^'; ][^; ]*)", self.header("Content-Security-Policy", "x *"))
        self.opened = [one for one in named if urlsplit(one).netloc != host]
        self.links = [a["href"] for tag, a in self.tags if tag in ("a", "link")]
        ways = [*self.links, self.header("Location", ""), *re.findall("<loc>([^<]+)", self.text)]
        there = [urljoin(origin + path, way).split("#")[0] for way in ways]
        self.ways = {one[len(origin):] for one in there if one.startswith(f"{origin}/")}
    def handle_starttag(self, tag, attrs):
        named = {name: value or "" for name, value in attrs}
        self.form = named.get("action", "") if tag == "form" else self.form
        self.tags.append((tag, {"of": self.form, "href": "", "name": "", "type": "", **named}))
    def fields(self, form):
        return {a["name"]: a for _, a in self.tags if a["of"] == form and a["name"]}
    def find(self, pattern):
        return (re.findall(pattern, self.text, re.DOTALL) or [""])[0]
    def shows(self, html):
        mark = r"<a class=\w+ href=[^ >]*p/\d+/><i>\d+<b> [a-z ]{,30}</b></i></a>"  # of a promise
        return self.status == 200 and re.sub("<!--.*?-->", "", html) in re.sub(mark, "", self.text)
class AsItIs(urllib.request.HTTPErrorProcessor):  # errors and redirects are answers, too
    http_response = https_response = lambda self, request, answer: answer
class Site:  # as strangers meet it: no cookie but those that a look hands over
    def __init__(self, address, before):
        self.origin, self.before, self.after = address.rstrip("/"), before, {}
        self.pages, self.differing, self.tracking = {}, [], []
        secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        self.web = urllib.request.build_opener(AsItIs, secure)
    def ask(self, path, form=None, cookies=(), known=None, **headers):
        body = None if form is None else urlencode(form).encode()
        if form is not None: headers = {"Origin": self.origin, **headers}
        if cookies: headers["Cookie"] = "; ".join(f"{name}={cookies[name]}" for name in cookies)
        request = urllib.request.Request(self.origin + quote(path, "/?&=%:,+@"), body, headers)
        with self.web.open(request, timeout=10) as answer:
            return Answer(path, self.origin, answer, known)
    def visit(self, path):  # as two visitors, who are to get the same bytes
        for _ in range(3):  # what was published anew meanwhile is no difference
            other = self.ask(path, None, (), (one := self.ask(path)).body, DNT="1", From="a@b.test")
            if one.body == other.body: return one
        tracked = one.body == self.ask(path).body != self.ask(path, DNT="1").body
        (self.tracking if tracked else self.differing).append(one)
        return one
def is_signed(text, signature, key):  # Ed25519, as in RFC 8032
    prime, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    curve = -121665 * pow(121666, -1, prime)
    def add(a, b):
        turn = curve * a[0] * b[0] * a[1] * b[1]
        x, y = a[0] * b[1] + a[1] * b[0], a[1] * b[1] + a[0] * b[0]
        return x * pow(1 + turn, -1, prime) % prime, y * pow(1 - turn, -1, prime) % prime
    def times(number, point):
        half = times(number // 2, add(point, point)) if number > 1 else (0, 1)
        return add(half, point) if number % 2 else half
    def point(data):
        y = int.from_bytes(data, "little") % 2**255
        square = (y * y - 1) * pow(curve * y * y + 1, -1, prime) % prime
        x = pow(square, (prime + 3) // 8, prime)
        x = x if (x * x - square) % prime == 0 else x * pow(2, (prime - 1) // 4, prime) % prime
        return (prime - x if x % 2 != data[31] >> 7 else x), y
    digest = hashlib.sha512(signature[:32] + key + text).digest()
    left = times(int.from_bytes(signature[32:], "little"), point(b"X" + b"f" * 31))
    right = times(int.from_bytes(digest, "little") % order, point(key))
    return left == add(point(signature[:32]), right)
def root_of(lines):  # of a Merkle tree, as in RFC 6962
    half = 2 ** max((len(lines) - 1).bit_length() - 1, 0)
    leaf = b"\0" + lines[0] if lines else b""
    node = b"\1" + root_of(lines[:half]) + root_of(lines[half:]) if lines[1:] else leaf
    return hashlib.sha256(node).digest()
def days_between(one, other):
    return (datetime.date.fromisoformat(other[:10]) - datetime.date.fromisoformat(one[:10])).days

def look_at_pages(site):
    until, waiting = time.monotonic() + 14, {"/", "/sitemap.xml", "/privacy/promises/"}
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        while waiting and time.monotonic() < until and len(site.pages) < 900:
            site.pages.update((a.path, a) for a in pool.map(site.visit, sorted(waiting)))
            waiting = {way for a in site.pages.values() for way in a.ways} - {*site.pages}
    forced = site.ask(CHOOSE, {"choice": "accept"}, Origin="https://example.org")
    answers = [*site.pages.values(), site.ask("/no-such-page/"), site.ask("/", {}), forced]
    pages = [a for a in answers if a.tags]
    yield "cookies.none-before-consent: nothing sets a cookie", [a for a in answers if a.cookies]
    yield "consent.only-by-act: no script runs before an answer", [a for a in pages if a.scripts]
    yield "consent.only-by-act: no other site may answer", [forced] * (forced.status != 403)
    yield "beacons.in-pages: no page loads from elsewhere", [a for a in answers if a.foreign]
    yield "pixels.may-track ads.third-party-cookies: nor may it", [a for a in pages if a.opened]
    yield "cookies.personalize-content: two visitors get the same bytes", site.differing
    yield "signals.do-not-track: the signal changes no byte", site.tracking
    bare = [a for a in pages if a.status == 200 and not {POLICY, LEGAL} <= {*a.links}]
    yield "footer.privacy-and-legal: each page links to both", bare
    guard = "(?=.*default-src 'none'.*frame-ancestors)(?=.*nosniff)"
    if not re.match("http://(127|localhost)", site.origin): guard += r"(?=.*urity: max-age=\d{8})"
    weak = [a for a in pages if not re.search(f"(?is){guard}", a.head)]
    yield "security.technical: each page has protective headers, encryption among them", weak
    if not re.match("https://[^:]+$", site.origin): return  # another port has no other door
    with site.web.open(f"http{site.origin[5:]}/", timeout=10) as plain: way = plain.headers
    astray = not way.get("Location", "").startswith("https://")
    yield "security.technical: who comes without encryption is sent on to it", astray

def look_at_policy(site):
    policy, listing = site.ask(POLICY), json.loads(site.ask("/privacy/list.json").text)
    day = policy.find(r'Last updated:\s*<time\s+datetime="([^"]+)')
    listed = site.ask("/sitemap.xml").find(r"/privacy/</loc>\s*<lastmod>([^<]+)")
    entry = site.ask("/privacy/feed.atom").find(rf"/v/{listing['in_force']}/.*?<updated>([^T]+)")
    header = str(email.utils.parsedate_to_datetime(policy.header("Last-Modified")))
    off = {one for one in (entry, header) if abs(days_between(day, one)) > 1}  # both are in UTC
    off |= {listed, policy.find('"dateModified":"([^"]+)')} - {day}
    yield "policy.last-updated: page, data, header, sitemap and feed tell one date", off
    yield "footer.copyright-year: that of the update", policy.find(r"©[^<]*?(\d+) ") != day[:4]
    hashes, altered = re.findall("sha256 (.{64})", site.ask("/privacy/log.txt").text), []
    for version in listing["versions"]:
        sealed, page = (site.ask(f"/privacy/v/{version['number']}{end}") for end in (".json", "/"))
        record = json.loads(sealed.text)["record"]
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        chained = (digest, record["previous_hash"]) in zip(hashes, ["0" * 64, *hashes])
        whole = chained and digest == version["hash"] and page.shows(record["html"])
        altered += [] if whole else [page]
        if version["number"] == listing["in_force"]:
            yield "changes.posted-here: it is the text in force", not policy.shows(record["html"])
    yield "changes.earlier-versions: each opens, and gives the hash that it has", altered
    ways = ("/privacy/history/", "/privacy/feed.atom", JOIN, "/accounts/login/", LEGAL, FORM)
    dead = {way for way in ways if way not in policy.links or site.ask(way).status != 200}
    yield "changes.check-back: history and feed are linked and open", dead & {*ways[:2]}
    yield "site.register-and-login: both are offered and open", dead & {*ways[2:4]}
    yield "terms.also-apply: the terms are linked and open", dead & {LEGAL}
    yield "contact.form-link: the form is linked and opens", dead & {FORM}
    logs = [site.ask(path) for path in LOGS]
    for log in logs:
        now, old = log.text.splitlines() * (log.status == 200), site.before.get(log.path, [])
        site.after[log.path] = now or old
        yield "security.against-change: the logs go on from what was seen", now[:len(old)] != old
    head = site.ask("/privacy/promises.json").find(r'"head": "0*(\w*)"')
    yield "security.against-change: the list of promises names its last run", head not in log.text
    note, lines = site.ask("/privacy/log/checkpoint"), logs[0].body.splitlines()
    if note.status == 404: return  # this site signs no log
    text, key = note.find("(.*?\n)\n"), logs[1].text.split("+", 2)[2]
    signature, public = (base64.b64decode(one) for one in (note.find(r"\n\n— \S+ (\S+)"), key))
    whole = text.split("\n")[1:3] == [str(len(lines)), base64.b64encode(root_of(lines)).decode()]
    fair = whole and is_signed(text.encode(), signature[4:], public[1:])
    yield "security.against-change: the log is signed and whole", not fair
def look_at_forms(site):
    policy, join, news = site.ask(POLICY), site.ask(JOIN), site.ask("/newsletter/")
    again = site.ask(FORM, {}).fields(FORM)
    odd = {name for name in again if "aria-invalid" in again[name]} ^ {"name", "email", "message"}
    yield "form.required-fields choices.withhold: name, email and message are, no other", odd
    yield "form.field-left-empty: there is one, out of sight", 'class="trap"' not in policy.text
    kinds = {a.get("value") for tag, a in policy.tags if tag == "option" and a["of"] == FORM}
    yield "rights.by-webmaster-form rights.eea-may-ask: the form ends the policy", not kinds
    yield "rights.correction: the form takes it", "rectification" not in kinds
    yield "rights.erasure: the form takes it", "erasure" not in kinds
    yield "rights.restriction: the form takes it", "restriction" not in kinds
    yield "rights.object: the form takes it", "objection" not in kinds
    yield "rights.copy rights.whether-we-process: the form takes it", "access" not in kinds
    pages = [(p, a["of"]) for p in site.pages.values() for _, a in p.tags if a["name"] == "email"]
    asked = {name for page, form in pages for name in page.fields(form)} - {*CARD.split()}
    yield "information.business-card: forms ask for no more than that", asked
    yield "use.promotional-mail: off unless chosen", "checked" in join.fields(JOIN)["marketing"]
    wide = [m for m in MEMBERS if "/login/?next=" not in site.ask(m).header("Location", "")]
    yield "account.delete security.against-misuse: a log-in guards what is for members", wide
    out = {w for p in (*site.pages.values(), news) for w in p.ways if "unsubscribe" in w}
    yield "mail.unsubscribe-link: it opens", not out or [w for w in out if site.ask(w).status > 200]

def look_at_choice(site):
    home, page = site.ask("/"), site.ask("/cookies/")
    if "shown" not in page.fields(CHOOSE): return  # the site asks about no cookies
    typed = {"next": "/", "shown": page.fields(CHOOSE)["shown"]["value"]}
    asked = home.find(f'action="{CHOOSE}"(.*?"accept".*?"reject".*?)</form>')
    yield "banner.answer-and-policy-link: the question has both", f'href="{POLICY}"' not in asked
    ways = ("reject", "reject", "accept")
    no, again, yes = (site.ask(CHOOSE, {"choice": way, **typed}) for way in ways)
    looks = {a["class"] for _, a in home.tags + page.tags if a.get("value") in ways}
    yield "banner.reject-equals-accept: alike, one press", len(looks) > 1 or no.status != yes.status
    refused, allowed = site.ask("/", cookies=no.cookies), site.ask("/", cookies=yes.cookies)
    yield "cookies.remember-preferences: none is asked twice", CHOOSE in refused.text + allowed.text
    extra = refused.scripts + refused.foreign + refused.opened + [*refused.cookies, *no.cookies][1:]
    yield "pixels.decline-marketing: a no leaves one cookie", extra or no.cookies != again.cookies
    receipt = json.loads(site.ask(RECEIPT, cookies=yes.cookies).text)
    days = days_between(receipt["event"]["time"], receipt["keep_until"])  # 182, and three years
    yield "retention.consent-receipts: three years from the end", days not in (1277, 1278, 1279)
    told = site.ask("/.well-known/gpc.json").find('"gpc": true')
    signal = site.ask("/", cookies=yes.cookies, **{"Sec-GPC": "1"})
    ignored = signal.scripts and len(signal.scripts) == len(allowed.scripts)
    yield "signals.gpc-honored: announced, and stronger than Accept", not told or ignored
    back = site.ask(CHOOSE, {"choice": "reject", **typed}, yes.cookies)
    after = site.ask("/", cookies={**yes.cookies, **back.cookies})
    left = after.scripts or '"storage"' not in back.header("Clear-Site-Data", "")
    yield "rights.withdraw-consent: scripts and stored things are gone", left
def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--state", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    options, found = parser.parse_args(arguments), []
    before = options.state.read_text() if options.state and options.state.exists() else "{}"
    site = Site(options.address, json.loads(before))
    for look in (look_at_pages, look_at_policy, look_at_forms, look_at_choice):
        left = set(re.findall('yield "([^"]+)"', inspect.getsource(look)))
        state, why = "not looked", "nothing to look at yet"
        try:
            for said, fault in look(site):
                ids, words = said.split(": ")
                left.discard(said)
                at = ", ".join(getattr(a, "path", a) for a in getattr(fault, "__iter__", tuple)())
                words += at and f": not so at {at[:70]}"
                found.append(("broken" if fault else "kept", ids, words))
        except Exception as error:  # what a site shows may be anything
            state, why = "not looked" if isinstance(error, OSError) else "broken", error
        found += [(state, *f"{one}: {why}".split(": ", 1)) for one in left]
    worst = {one: (state, said) for state, ids, said in sorted(found)[::-1] for one in ids.split()}
    kept, broken = (sum(its == one for its, _ in worst.values()) for one in ("kept", "broken"))
    if options.state and not broken: options.state.write_text(json.dumps(site.before | site.after))
    lines = [f"{state:10} {claim:29} {words}" for claim, (state, words) in sorted(worst.items())]
    past = "compared with an earlier run" if site.before else "nothing to compare with"
    lines += [f"{kept} kept, {broken} broken, {len(worst) - kept - broken} not looked at; {past}"]
    print(json.dumps(worst, indent=1) if options.json else "\n".join(lines))
    return 1 if broken else 0 if kept else 2
if __name__ == "__main__":
    sys.exit(main())
