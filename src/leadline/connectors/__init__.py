"""Systems that leads come from and scores go to, a folder each; what they share is in ``crm``."""
