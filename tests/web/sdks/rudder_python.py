"""Sends what a page of RudderStack's documentation shows, by its library, with another host."""

import sys

from rudderstack import analytics

host, key = sys.argv[1:]
analytics.write_key = key
analytics.dataPlaneUrl = host
analytics.identify("ada", {"email": "Ada@north.example", "title": "CEO"})
analytics.track("ada", "Demo Requested", {"seats": 5, "plan": {"name": "team"}})
analytics.page("ada", "Docs", "Pricing", {"path": "/pricing"})
analytics.group("ada", "north", {"employees": 5000})
analytics.track(None, "Seen", anonymous_id="device-1")
analytics.alias("device-1", "ada")
analytics.shutdown()
