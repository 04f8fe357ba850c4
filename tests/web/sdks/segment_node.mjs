// Sends what a page of Segment's documentation shows, by its library, with another host.
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { Analytics } = require("@segment/analytics-node");
const analytics = new Analytics({ host: process.argv[3], writeKey: process.argv[4] });
analytics.identify({ userId: "ada", traits: { email: "Ada@north.example", title: "CEO" } });
analytics.track({ userId: "ada", event: "Demo Requested", properties: { seats: 5, plan: { name: "team" } } });
analytics.page({ userId: "ada", category: "Docs", name: "Pricing", properties: { path: "/pricing" } });
analytics.group({ userId: "ada", groupId: "north", traits: { employees: 5000 } });
analytics.track({ anonymousId: "device-1", event: "Seen" });
analytics.alias({ previousId: "device-1", userId: "ada" });
await analytics.closeAndFlush();
