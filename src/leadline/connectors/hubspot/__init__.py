"""HubSpot: contacts are leads, companies accounts, deals and stages say what became of them."""
