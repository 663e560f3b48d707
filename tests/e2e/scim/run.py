"""Runs every check of scim2-tester, as it comes from PyPI, against one tenant; the token stands in SCIM_TOKEN.

It leaves no check out, and refuses to be content with too few.
"""

import os
import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

http = Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}, trust_env=False)
results = check_server(SyncSCIMClient(http))
count = Counter(result.status.name for result in results)
bad = [result for result in results if result.status in (Status.ERROR, Status.CRITICAL, Status.DEVIATION)]
for result in results:
    if result in bad or result.status == Status.SKIPPED:
        print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}")
        if "-v" in sys.argv:
            print("   ", str(result.data)[:2000])
print(f"scim2-tester: {len(results)} checks, {dict(count)}")
sys.exit(bool(bad) or count["SUCCESS"] < 100)
