"""Who a lead is, read off what it says: e-mail, telephone, title, company, country, account."""
