// What htmx does not do: keys, the lead that is chosen, and answers that can be taken back.
"use strict";
