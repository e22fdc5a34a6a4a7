"""Check one version: python3 reader_check.py ADDRESS-OF-N.json [HASH-THAT-YOU-KEPT]."""

import hashlib, json, sys, urllib.request  # noqa: E401, I001 - ten lines that fit on a page

page = json.load(urllib.request.urlopen(sys.argv[1]))  # noqa: S310 - the reader's own address
record = json.dumps(page["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
found = hashlib.sha256(record.encode()).hexdigest()
expected = sys.argv[2] if len(sys.argv) > 2 else page["hash"]
print("unchanged" if found == expected else "CHANGED", found)  # noqa: T201 - its only output
sys.exit(found != expected)
