// Reads an Adaptive Card as Microsoft's own library does, and prints what it finds wrong with it.
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);
const cards = load(`${process.argv[2]}/adaptivecards/dist/adaptivecards.js`);
let text = "";
for await (const part of process.stdin) text += part;
const context = new cards.SerializationContext();
const card = new cards.AdaptiveCard();
card.parse(JSON.parse(text), context);
const faults = [];
for (let n = 0; n < context.eventCount; n++) faults.push(context.getEventAt(n).message);
for (const each of card.validateProperties().validationEvents) faults.push(each.message);
console.log(JSON.stringify({ faults, actions: card.getActionCount() }));
