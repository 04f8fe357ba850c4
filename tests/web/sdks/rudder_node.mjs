// Sends what a page of RudderStack's documentation shows, by its library, with another host.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const found = require("@rudderstack/rudder-sdk-node");
const Analytics = found.default ?? found;
const analytics = new Analytics(process.argv[4], { dataPlaneUrl: process.argv[3] });
analytics.identify({ userId: "ada", traits: { email: "Ada@north.example", title: "CEO" } });
analytics.track({ userId: "ada", event: "Demo Requested", properties: { seats: 5, plan: { name: "team" } } });
analytics.page({ userId: "ada", category: "Docs", name: "Pricing", properties: { path: "/pricing" } });
analytics.group({ userId: "ada", groupId: "north", traits: { employees: 5000 } });
analytics.track({ anonymousId: "device-1", event: "Seen" });
analytics.alias({ previousId: "device-1", userId: "ada" });
await new Promise((resolve) => analytics.flush(resolve));
process.exit(0);
